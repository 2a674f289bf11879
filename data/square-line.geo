// A quarter of a square tube of half side 2 m around a square bar of half side
// 1 m; fine at the edge of the bar, where the field is infinite.
Point(1) = {1, 0, 0, 0.1};
Point(2) = {2, 0, 0, 0.1};
Point(3) = {2, 2, 0, 0.1};
Point(4) = {0, 2, 0, 0.1};
Point(5) = {0, 1, 0, 0.1};
Point(6) = {1, 1, 0, 2e-4};
Line(1) = {1, 2};
Line(2) = {2, 3};
Line(3) = {3, 4};
Line(4) = {4, 5};
Line(5) = {5, 6};
Line(6) = {6, 1};
Curve Loop(1) = {1, 2, 3, 4, 5, 6};
Plane Surface(1) = {1};
Physical Surface("gap") = {1};
Physical Curve("inner") = {5, 6};
Physical Curve("outer") = {2, 3};
