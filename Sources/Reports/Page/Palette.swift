import Foundation

/// The colours of a report, each for light and for dark. Tests hold them to WCAG's contrasts, and the series to being told apart by people
/// who see red and green alike.
enum Palette {
    /// A colour as 0xRRGGBB, on light and on dark paper.
    struct Colour {
        let light: UInt32
        let dark: UInt32

        func hexadecimal(dark isDark: Bool) -> String { Palette.hexadecimal(isDark ? dark : light) }
    }

    static let paper = Colour(light: 0xFFFFFF, dark: 0x14181D)
    static let surface = Colour(light: 0xF4F6F8, dark: 0x1F262E)
    static let ink = Colour(light: 0x1B1F24, dark: 0xE8EBEF)
    static let muted = Colour(light: 0x545D68, dark: 0xA9B3BE)
    static let rule = Colour(light: 0xD5DAE0, dark: 0x3A434D)
    static let link = Colour(light: 0x0A58A8, dark: 0x7CC0FF)
    static let warning = Colour(light: 0x8A3B00, dark: 0xFFB873)

    /// What tells groups and splits apart, beside their markers and dashes.
    static let series: [Colour] = [
        Colour(light: 0x0A5AA0, dark: 0x4C9BE6), Colour(light: 0x8F3500, dark: 0xD9741F),
        Colour(light: 0x1F9F88, dark: 0x6FE8B0), Colour(light: 0xD05CC8, dark: 0xF06AB4),
        Colour(light: 0x9A8A11, dark: 0xF3D93A), Colour(light: 0x101215, dark: 0xFAFBFC),
    ]

    /// The last level of the heat maps; the first is 0.
    static let heatLevels = 10

    /// The colour of a share: level 0 lies near the paper, the last one far from it.
    static func heat(_ level: Int) -> Colour {
        let share = Double(level) / Double(heatLevels)
        return Colour(
            light: mixed(0xF3F7FB, 0x08306B, share: share), dark: mixed(0x1C2530, 0xA6D3FF, share: share))
    }

    /// Black or white, whichever is easier to read on the level.
    static func textOnHeat(_ level: Int) -> Colour {
        func better(_ background: UInt32) -> UInt32 {
            contrast(0x000000, background) >= contrast(0xFFFFFF, background) ? 0x000000 : 0xFFFFFF
        }
        let heat = heat(level)
        return Colour(light: better(heat.light), dark: better(heat.dark))
    }

    /// The ratio of contrast of two colours by WCAG 2.2: 1 to 21.
    static func contrast(_ a: UInt32, _ b: UInt32) -> Double {
        let (first, second) = (luminance(a), luminance(b))
        return (max(first, second) + 0.05) / (min(first, second) + 0.05)
    }

    /// Red, green and blue as light, 0 to 1.
    static func linear(_ colour: UInt32) -> [Double] {
        [16, 8, 0].map { shift in
            let value = Double(colour >> UInt32(shift) & 0xFF) / 255
            return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
        }
    }

    private static func luminance(_ colour: UInt32) -> Double {
        let light = linear(colour)
        return 0.2126 * light[0] + 0.7152 * light[1] + 0.0722 * light[2]
    }

    private static func mixed(_ from: UInt32, _ to: UInt32, share: Double) -> UInt32 {
        [16, 8, 0].reduce(0) { colour, shift in
            let (first, last) = (Double(from >> UInt32(shift) & 0xFF), Double(to >> UInt32(shift) & 0xFF))
            return colour | UInt32((first + (last - first) * share).rounded()) << UInt32(shift)
        }
    }

    private static func hexadecimal(_ colour: UInt32) -> String {
        let digits = String(colour, radix: 16)
        return "#" + String(repeating: "0", count: 6 - digits.count) + digits
    }
}

extension Palette {
    /// The rules of the classes that drawings use.
    static func figureRules(dark: Bool) -> String {
        func hex(_ colour: Colour) -> String { colour.hexadecimal(dark: dark) }
        var rules = [
            ".ink{fill:\(hex(ink))}", ".muted{fill:\(hex(muted))}", ".paper{fill:\(hex(paper))}",
            ".grid{stroke:\(hex(rule))}", ".axis{stroke:\(hex(muted))}", ".strong{stroke:\(hex(ink))}",
        ]
        for (index, colour) in series.enumerated() {
            rules += [".f\(index){fill:\(hex(colour))}", ".l\(index){stroke:\(hex(colour));fill:none}"]
        }
        for level in 0...heatLevels {
            rules += [".h\(level){fill:\(hex(heat(level)))}", ".t\(level){fill:\(hex(textOnHeat(level)))}"]
        }
        return rules.joined(separator: "\n")
    }
}
