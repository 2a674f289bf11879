// A square of 2 m x 2 m without the quarter in which x and y are negative: a
// plate with an inward corner at the origin.  Lengths in metres.
Point(1) = {0, 0, 0};
Point(2) = {0, -1, 0};
Point(3) = {1, -1, 0};
Point(4) = {1, 1, 0};
Point(5) = {-1, 1, 0};
Point(6) = {-1, 0, 0};
Line(1) = {1, 2};
Line(2) = {2, 3};
Line(3) = {3, 4};
Line(4) = {4, 5};
Line(5) = {5, 6};
Line(6) = {6, 1};
Curve Loop(1) = {1, 2, 3, 4, 5, 6};
Plane Surface(1) = {1};
Physical Surface("plate") = {1};
Physical Curve("edge") = {1, 2, 3, 4, 5, 6};
