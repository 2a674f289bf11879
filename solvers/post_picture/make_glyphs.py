"""Write glyphs.def: outlines of DejaVu Sans as text.

    python3 make_glyphs.py /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf

Needs python3-fonttools.  Run by hand when a character is missed.
"""
import sys

from fontTools.pens.basePen import BasePen
from fontTools.ttLib import TTFont

TEXT = ''.join(map(chr, range(32, 127))) + '°±²³µ·×ÄÖÜßàáäåçèéêñóöøúü' + (
    'ΓΔΘΛΞΠΣΦΨΩαβγδεζηθκλμνξπρστφχψω–−∂∇∞≈≤≥')

HEAD = '''/* glyphs.def - outlines of characters; written by make_glyphs.py
 *
 * Taken from DejaVu Sans 2.37, which is Bitstream Vera with changes in the
 * public domain.  Copyright (c) 2003 by Bitstream, Inc.  All Rights Reserved.
 * Bitstream Vera is a trademark of Bitstream, Inc.  FONT-LICENCE says what
 * everybody may do with it.
 *
 * Coordinates are in thousandths of the size of the font: M x y and L x y as
 * in SVG, Q x y x y a parabola, Z the end of a contour.
 */
'''


class Pen(BasePen):
    def __init__(self, glyphs, scale):
        super().__init__(glyphs)
        self.out, self.scale = [], scale

    def add(self, command, *points):
        self.out.append(command + ' '.join(
            '%d' % round(c * self.scale) for p in points for c in p))

    def _moveTo(self, p):
        self.add('M', p)

    def _lineTo(self, p):
        self.add('L', p)

    def _qCurveToOne(self, p, q):
        self.add('Q', p, q)

    def _closePath(self):
        self.out.append('Z')


def lines(text):
    """C strings of at most 72 characters, cut between commands."""
    rest, line = text, ''
    out = []
    for part in rest:
        if len(line) + len(part) > 72:
            out.append(line)
            line = ''
        line += part
    return out + [line]


font = TTFont(sys.argv[1])
glyphs, names = font.getGlyphSet(), font.getBestCmap()
scale = 1000 / font['head'].unitsPerEm
with open('glyphs.def', 'w', encoding='utf-8') as f:
    f.write(HEAD)
    for char in sorted(TEXT):
        pen = Pen(glyphs, scale)
        glyph = glyphs[names[ord(char)]]
        glyph.draw(pen)
        f.write('{ 0x%04x, %d,\n' % (ord(char), round(glyph.width * scale)))
        for line in lines(pen.out):
            f.write('  "%s"\n' % line)
        f.write('},\n')
