// A sector of the section of a thick sphere, from its equator to 2 degrees
// north, to be turned around the axis y.
DefineConstant[A = 1.8];
DefineConstant[B = 6];
DefineConstant[SIZE = 0.15];
Point(1) = {0, 0, 0};
Point(2) = {A, 0, 0, SIZE};
Point(3) = {B, 0, 0, SIZE};
Point(4) = {B * Cos(Pi / 90), B * Sin(Pi / 90), 0, SIZE};
Point(5) = {A * Cos(Pi / 90), A * Sin(Pi / 90), 0, SIZE};
Line(1) = {2, 3};
Circle(2) = {3, 1, 4};
Line(3) = {4, 5};
Circle(4) = {5, 1, 2};
Curve Loop(1) = {1, 2, 3, 4};
Plane Surface(1) = {1};
Physical Surface("sphere") = {1};
Physical Curve("equator") = {1};
Physical Curve("cone") = {3};
