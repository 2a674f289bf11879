// Half a section of a cylinder on a taper on a sphere, sizes in m, to be turned
// around the axis y; SIZE is that of the cells, near A a fifth of it.
DefineConstant[SIZE = 0.1];
Point(1) = {0, 0, 0};
Point(2) = {1, 0, 0, SIZE / 5}; // A
Point(3) = {1.4, 0, 0, SIZE};
Point(4) = {Sqrt(0.5), Sqrt(0.5), 0, SIZE};
Point(5) = {Sqrt(1.47), 0.7, 0, SIZE};
Point(6) = {1, 1.39, 0, SIZE};
Point(7) = {1, 1.79, 0, SIZE};
Point(8) = {Sqrt(0.5), 1.79, 0, SIZE};
Line(1) = {2, 3};
Circle(2) = {3, 1, 5};
Line(3) = {5, 6};
Line(4) = {6, 7};
Line(5) = {7, 8};
Line(6) = {8, 4};
Circle(7) = {4, 1, 2};
Curve Loop(1) = {1, 2, 3, 4, 5, 6, 7};
Plane Surface(1) = {1};
Physical Surface("body") = {1};
Physical Curve("bottom") = {1};
Physical Curve("outside") = {2, 3, 4};
Physical Curve("top") = {5};
Physical Curve("bore") = {6, 7};
