import Foundation
import Testing

@testable import Reports

/// Colours that everybody can read and tell apart.
@Suite struct PaletteTests {
    @Test(arguments: [false, true]) func textAndLinesHaveEnoughContrast(dark: Bool) {
        func value(_ colour: Palette.Colour) -> UInt32 { dark ? colour.dark : colour.light }
        for background in [Palette.paper, Palette.surface].map(value) {
            for text in [Palette.ink, Palette.muted, Palette.link, Palette.warning].map(value) {
                #expect(Palette.contrast(text, background) >= 4.5)
            }
        }
        for colour in Palette.series.map(value) { #expect(Palette.contrast(colour, value(Palette.paper)) >= 3) }
        for level in 0...Palette.heatLevels {
            #expect(Palette.contrast(value(Palette.textOnHeat(level)), value(Palette.heat(level))) >= 4.5, "\(level)")
        }
    }

    @Test func contrastIsThatOfWCAG() {
        #expect(abs(Palette.contrast(0x000000, 0xFFFFFF) - 21) < 1e-9)
        // The usual example of what just passes.
        #expect(abs(Palette.contrast(0x767676, 0xFFFFFF) - 4.54) < 0.005)
    }

    /// What people see who lack a kind of cones, in linear light (Machado et al., 2009, severity 1), and everybody else.
    private static let sights: [[[Double]]] = [
        [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
    ]

    @Test(arguments: [false, true]) func groupsDifferForEverySight(dark: Bool) {
        for sight in Self.sights {
            let seen = Palette.series.map { colour in
                let light = Palette.linear(dark ? colour.dark : colour.light)
                return lab(sight.map { row in min(max(zip(row, light).reduce(0) { $0 + $1.0 * $1.1 }, 0), 1) })
            }
            for (index, a) in seen.enumerated() {
                for b in seen[(index + 1)...] {
                    let distance = zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
                    #expect(distance > 12)
                }
            }
        }
    }

    /// CIE L*a*b* of linear sRGB.
    private func lab(_ light: [Double]) -> [Double] {
        let toXYZ = [[0.4339, 0.3762, 0.1899], [0.2126, 0.7152, 0.0722], [0.0177, 0.1095, 0.8729]]
        let xyz = toXYZ.map { row -> Double in
            let value: Double = zip(row, light).reduce(0) { $0 + $1.0 * $1.1 }
            return value > 216.0 / 24389 ? cbrt(value) : (24389.0 / 27 * value + 16) / 116
        }
        return [116 * xyz[1] - 16, 500 * (xyz[0] - xyz[1]), 200 * (xyz[1] - xyz[2])]
    }
}
