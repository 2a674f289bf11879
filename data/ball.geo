// An eighth of a ball of radius R around the origin, with three planes of
// symmetry.
SetFactory("OpenCASCADE");
DefineConstant[R = 1];
Sphere(1) = {0, 0, 0, R, 0, Pi/2, Pi/2};
e = 1e-3 * R;
x0() = Surface In BoundingBox{-e, -e, -e, e, R + e, R + e};
y0() = Surface In BoundingBox{-e, -e, -e, R + e, e, R + e};
z0() = Surface In BoundingBox{-e, -e, -e, R + e, R + e, e};
skin() = Surface{:};
skin() -= {x0(), y0(), z0()};
Physical Volume("ball") = {1};
Physical Surface("x0") = {x0()};
Physical Surface("y0") = {y0()};
Physical Surface("z0") = {z0()};
Physical Surface("skin") = {skin()};
