// A finned aluminium heat sink on a chip.
//
//        |  |  |  |  |  |  |  |   fins, along y
//        |  |  |  |  |  |  |  |
//      +------------------------+
//      |         base           |
//      +------------------------+
//               [chip]            the chip's footprint on the bottom, z = 0
//
// Lengths are in metres; every size is a parameter.  Groups:
//   aluminium  the volume
//   chip       the footprint of the chip
//   bottom     the rest of the bottom
//   air        all other surfaces, which the air cools
SetFactory("OpenCASCADE");

DefineConstant[
  width = {0.060, Name "Heat sink/Width"},               // x
  depth = {0.040, Name "Heat sink/Depth"},               // y
  base = {0.005, Name "Heat sink/Base thickness"},
  fins = {8, Min 1, Step 1, Name "Heat sink/Number of fins"},
  fin_height = {0.020, Name "Heat sink/Fin height"},
  fin_thickness = {0.002, Name "Heat sink/Fin thickness"},
  chip_width = {0.016, Name "Chip/Width"},
  chip_depth = {0.012, Name "Chip/Depth"}
];

If (fins * fin_thickness >= width)
  Error("%g fins of %g m do not fit on %g m", fins, fin_thickness, width);
EndIf
If (chip_width >= width || chip_depth >= depth)
  Error("the chip is larger than the base");
EndIf

// The base and the fins, in one piece.
Box(1) = {-width/2, -depth/2, 0, width, depth, base};
For i In {0:fins-1}
  x = -width/2;
  If (fins > 1)
    x += i * (width - fin_thickness) / (fins - 1);
  Else
    x += (width - fin_thickness) / 2;
  EndIf
  Box(2 + i) = {x, -depth/2, base, fin_thickness, depth, fin_height};
EndFor
whole() = BooleanUnion{ Volume{1}; Delete; }{ Volume{2:fins+1}; Delete; };

// Imprint the footprint, so that the mesh follows its edges.
footprint = newreg;
Rectangle(footprint) = {-chip_width/2, -chip_depth/2, 0, chip_width, chip_depth};
BooleanFragments{ Volume{whole()}; Delete; }{ Surface{footprint}; Delete; }

// Find the groups by place; bounding boxes are a little larger than what is in
// them.
e = 1e-6;
chip() = Surface In BoundingBox{-chip_width/2 - e, -chip_depth/2 - e, -e,
                                 chip_width/2 + e, chip_depth/2 + e, e};
bottom() = Surface In BoundingBox{-width/2 - e, -depth/2 - e, -e,
                                   width/2 + e, depth/2 + e, e};
air() = Surface "*";
bottom() -= chip();
air() -= chip();
air() -= bottom();

Physical Volume("aluminium") = Volume "*";
Physical Surface("chip") = chip();
Physical Surface("bottom") = bottom();
Physical Surface("air") = air();
