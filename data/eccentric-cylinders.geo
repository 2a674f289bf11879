// A wire of radius 1 m in a tube of radius 3 m, 1 m off its axis.
Point(1) = {0, 0, 0};
Point(2) = {3, 0, 0};
Point(3) = {-3, 0, 0};
Point(4) = {1, 0, 0};
Point(5) = {2, 0, 0};
Circle(1) = {2, 1, 3};
Circle(2) = {3, 1, 2};
Circle(3) = {5, 4, 1};
Circle(4) = {1, 4, 5};
Curve Loop(1) = {1, 2};
Curve Loop(2) = {3, 4};
Plane Surface(1) = {1, 2};
Physical Surface("gap") = {1};
Physical Curve("inner") = {3, 4};
Physical Curve("outer") = {1, 2};
