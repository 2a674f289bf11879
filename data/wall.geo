// Half a section of a thick wall around the axis y, 14 cm high; a part of its
// bore is heated.
DefineConstant[SIZE = 0.004];
Point(1) = {0.02, 0, 0, SIZE};
Point(2) = {0.1, 0, 0, SIZE};
Point(3) = {0.1, 0.14, 0, SIZE};
Point(4) = {0.02, 0.14, 0, SIZE};
Point(5) = {0.02, 0.1, 0, SIZE};
Point(6) = {0.02, 0.04, 0, SIZE};
Line(1) = {1, 2};
Line(2) = {2, 3};
Line(3) = {3, 4};
Line(4) = {4, 5};
Line(5) = {5, 6};
Line(6) = {6, 1};
Curve Loop(1) = {1, 2, 3, 4, 5, 6};
Plane Surface(1) = {1};
Physical Surface("wall") = {1};
Physical Curve("cold") = {1, 2, 3};
Physical Curve("hot") = {5};
