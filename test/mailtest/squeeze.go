package mailtest

import (
	"bytes"
	"cmp"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"slices"
)

// Squeeze makes a picture small enough for a README: of its colours 256 stay, each other
// one becomes the nearest of them. A page is paper, ink and the shades between; only an
// emoji loses something.
func Squeeze(shot []byte) ([]byte, error) {
	img, err := png.Decode(bytes.NewReader(shot))
	if err != nil {
		return nil, fmt.Errorf("read the picture: %w", err)
	}
	counts := map[color.RGBA]int{}
	bounds := img.Bounds()
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			counts[colorAt(img, x, y)]++
		}
	}
	colors := make([]color.RGBA, 0, len(counts))
	for c := range counts {
		colors = append(colors, c)
	}
	slices.SortFunc(colors, func(a, b color.RGBA) int {
		return cmp.Or(counts[b]-counts[a], cmp.Compare(colorNumber(a), colorNumber(b)))
	})
	palette := chosen(colors, counts)
	nearest := map[color.RGBA]uint8{}
	for _, c := range colors {
		nearest[c] = uint8(palette.Index(c))
	}
	small := image.NewPaletted(bounds, palette)
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			small.SetColorIndex(x, y, nearest[colorAt(img, x, y)])
		}
	}
	var b bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if err := encoder.Encode(&b, small); err != nil {
		return nil, fmt.Errorf("pack the picture: %w", err)
	}
	return b.Bytes(), nil
}

// chosen are the colours that stay: the most frequent ones, then those of which the most
// would be lost, so that a rare one that is like no other stays, too.
func chosen(colors []color.RGBA, counts map[color.RGBA]int) (palette color.Palette) {
	lost := make([]int, len(colors)) // how far each is from what stays, squared
	for i := range lost {
		lost[i] = math.MaxInt32
	}
	for len(palette) < min(256, len(colors)) {
		next := len(palette)
		if next >= 64 {
			for i, c := range colors {
				if lost[i]*counts[c] > lost[next]*counts[colors[next]] {
					next = i
				}
			}
		}
		palette = append(palette, colors[next])
		for i, c := range colors {
			lost[i] = min(lost[i], distance(c, colors[next]))
		}
	}
	return palette
}

// distance is how far two colours are from each other, squared.
func distance(a, b color.RGBA) int {
	r, g, bl := int(a.R)-int(b.R), int(a.G)-int(b.G), int(a.B)-int(b.B)
	return r*r + g*g + bl*bl
}

func colorAt(img image.Image, x, y int) color.RGBA {
	r, g, b, _ := img.At(x, y).RGBA()
	return color.RGBA{R: uint8(r >> 8), G: uint8(g >> 8), B: uint8(b >> 8), A: 0xFF}
}

func colorNumber(c color.RGBA) uint32 { return uint32(c.R)<<16 | uint32(c.G)<<8 | uint32(c.B) }
