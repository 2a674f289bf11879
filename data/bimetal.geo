// Half of a strip of two metals, each of thickness H, seen from the side; it
// is 2 L long, and its middle is at x = 0, where the metals touch at y = 0.
DefineConstant[L = 0.05];
DefineConstant[H = 0.001];
Point(1) = {0, 0, 0};
Point(2) = {L, 0, 0};
Point(3) = {L, H, 0};
Point(4) = {0, H, 0};
Point(5) = {L, -H, 0};
Point(6) = {0, -H, 0};
Line(1) = {1, 2};
Line(2) = {2, 3};
Line(3) = {3, 4};
Line(4) = {4, 1};
Line(5) = {2, 5};
Line(6) = {5, 6};
Line(7) = {6, 1};
Curve Loop(1) = {1, 2, 3, 4};
Plane Surface(1) = {1};
Curve Loop(2) = {-1, -7, -6, -5};
Plane Surface(2) = {2};
Transfinite Curve{1, 3, 6} = 101;
Transfinite Curve{2, 4, 5, 7} = 4;
Transfinite Surface{1, 2};
Recombine Surface{1, 2};
Physical Surface("brass") = {1};
Physical Surface("steel") = {2};
Physical Curve("middle") = {4, 7};
