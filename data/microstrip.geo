// Half of a microstrip in a box: a strip without thickness, 2 W wide, on a
// substrate of height H.  The box is 2 A wide and B high.
DefineConstant[W = 0.5];
DefineConstant[H = 1];
DefineConstant[B = 4];
DefineConstant[A = 5];
Point(1) = {0, 0, 0};
Point(2) = {A, 0, 0};
Point(3) = {A, H, 0};
Point(4) = {W, H, 0};
Point(5) = {0, H, 0};
Point(6) = {A, B, 0};
Point(7) = {0, B, 0};
Line(1) = {1, 2};
Line(2) = {2, 3};
Line(3) = {3, 4};
Line(4) = {4, 5};
Line(5) = {5, 1};
Line(6) = {3, 6};
Line(7) = {6, 7};
Line(8) = {7, 5};
Curve Loop(1) = {1, 2, 3, 4, 5};
Plane Surface(1) = {1};
Curve Loop(2) = {-4, -3, 6, 7, 8};
Plane Surface(2) = {2};
// the field has no bound at the edge of the strip
MeshSize{1, 2, 3, 6, 7} = 0.3;
MeshSize{5} = 0.05;
MeshSize{4} = 0.001;
Physical Surface("substrate") = {1};
Physical Surface("air") = {2};
Physical Curve("strip") = {4};
Physical Curve("box") = {1, 2, 6, 7};
