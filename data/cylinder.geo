// An eighth of a cylinder of radius R: a quarter of it around the axis z, from
// its middle plane up to the height H.
SetFactory("OpenCASCADE");
DefineConstant[R = 1];
DefineConstant[H = 1];
Cylinder(1) = {0, 0, 0, 0, 0, H, R, Pi/2};
e = 1e-3 * R;
planes() = Surface In BoundingBox{-e, -e, -e, e, R + e, H + e};
planes() += Surface In BoundingBox{-e, -e, -e, R + e, e, H + e};
planes() += Surface In BoundingBox{-e, -e, -e, R + e, R + e, e};
top() = Surface In BoundingBox{-e, -e, H - e, R + e, R + e, H + e};
side() = Surface{:};
side() -= {planes(), top()};
Physical Volume("cylinder") = {1};
Physical Surface("planes") = {planes()};
Physical Surface("top") = {top()};
Physical Surface("side") = {side()};
