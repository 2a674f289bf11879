// Half a section of two spheres around one point, radii 1 m and 2 m, to be
// turned around the axis y.  With 'halves' the inner one is cut at its equator.
DefineConstant[halves = 0];
Point(1) = {0, 0, 0};
Point(2) = {1, 0, 0};
Point(3) = {2, 0, 0};
Point(4) = {0, 1, 0};
Point(5) = {0, 2, 0};
Point(6) = {0, -1, 0};
Point(7) = {0, -2, 0};
Circle(1) = {6, 1, 2};
Circle(2) = {2, 1, 4};
Circle(3) = {7, 1, 3};
Circle(4) = {3, 1, 5};
Line(5) = {7, 6};
Line(6) = {4, 5};
Curve Loop(1) = {5, 1, 2, 6, -4, -3};
Plane Surface(1) = {1};
Physical Surface("gap") = {1};
If (halves)
    Physical Curve("lower") = {1};
    Physical Curve("upper") = {2};
Else
    Physical Curve("inner") = {1, 2};
EndIf
Physical Curve("outer") = {3, 4};
