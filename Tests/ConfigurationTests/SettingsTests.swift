import Testing

@testable import Configuration

/// A group of keys of every type.
private struct SampleKeys: KeyGroup {
    enum Shade: String, ConfigurationChoice {
        case light, dark
    }

    let width = Key(512, in: 2...1024, "The width.")
    let rounds = Key(3, atLeast: 1, "How often.")
    let seed = Key(UInt64(7), "Where it begins.")
    let rate = Key(2e-5, "How fast.", "a number above 0") { $0 > 0 }
    let shuffles = Key(true, "Whether it shuffles.")
    let shade = Key(Shade.light, "The shade.")
    let weights = Key([0.5, 1e-7], "The weights.")

    static let table = KeyTable(SampleKeys())
}

@Suite struct SettingsTests {
    private var sections: Sections { Sections([.init("sample", Settings<SampleKeys>().erased)]) }

    private func assigned(_ settings: String...) throws -> Sections {
        var result = sections
        for setting in settings { try result.apply(ConfigurationAssignment(setting: setting)) }
        return result
    }

    private func message(_ setting: String) -> String {
        do {
            _ = try assigned(setting)
            return "no error"
        } catch {
            return "\(error)"
        }
    }

    @Test func keysKeepTheirOrderAndDefaults() {
        #expect(
            sections.keys == ["width", "rounds", "seed", "rate", "shuffles", "shade", "weights"].map { "sample.\($0)" })
        let settings = Settings<SampleKeys>()
        #expect(
            settings.width == 512 && settings.seed == 7 && settings.shade == .light && settings.weights == [0.5, 1e-7])
    }

    @Test func valuesAreSetWithTheirTypeAndByName() throws {
        var settings = Settings<SampleKeys>()
        settings.width = 8
        settings.shade = .dark
        settings.weights = []
        let named = try assigned("sample.width=8", "sample.shade=dark", "sample.weights=[]")
        #expect(named[section: "sample"] == settings.erased)
        #expect(Settings<SampleKeys>(named[section: "sample"]).width == 8)
        #expect(settings != Settings<SampleKeys>())
        #expect(named.differences(from: sections) == ["sample.width", "sample.shade", "sample.weights"])
        // A copy is a value of its own.
        var copy = settings
        copy.width = 9
        #expect(settings.width == 8 && copy.width == 9)
    }

    @Test(arguments: [
        ("sample.width=1", "a whole number from 2 to 1024, not \"1\""), ("sample.width=1025", "from 2 to 1024"),
        ("sample.width=8.5", "a whole number"), ("sample.rounds=0", "a whole number of at least 1"),
        ("sample.seed=-1", "a whole number from 0 to"), ("sample.rate=0", "a number above 0"),
        ("sample.rate=nan", "a number above 0"), ("sample.rate=inf", "a number above 0"),
        ("sample.shuffles=2", "true or false"), ("sample.shade=grey", "one of light, dark, not \"grey\""),
        ("sample.weights=0.5", "a list of numbers"), ("sample.weights=[a]", "a list of numbers, not a list"),
        ("sample.width=[8]", "not a list"), ("sample.width={a: 1}", "not a mapping"),
    ])
    func refusedValuesNameTheKeyAndWhatItTakes(setting: String, expected: String) {
        #expect(message(setting).hasPrefix("--set: sample."))
        #expect(message(setting).contains(expected), "\(message(setting))")
    }

    @Test(arguments: [
        ("sample.widht", "; did you mean sample.width?"), ("width", "; did you mean sample.width?"),
        ("smaple.rate", "; did you mean sample.rate?"),
        ("sample.gradientClip", "; vuemo train --print-config lists all keys."),
        ("nothing", "; vuemo train --print-config lists all keys."),
    ])
    func aNearNameIsOfferedOnlyWhereItIsNear(key: String, end: String) {
        #expect(message("\(key)=1") == "--set: there is no key \(key)\(end)")
    }

    @Test func yamlReadsBack() throws {
        let changed = try assigned(
            "sample.width=8", "sample.rate=0.25", "sample.shuffles=no", "sample.weights=[1, 2.5]")
        for text in [changed.commentedYAML] {
            var read = sections
            for assignment in try ConfigurationAssignment.parse(yaml: text, name: "x.yaml") {
                try read.apply(assignment)
            }
            #expect(read == changed)
        }
        #expect(
            changed.commentedYAML.contains(
                "  # The width.\n  # Must be a whole number from 2 to 1024. Default: 512\n  width: 8\n"))
        #expect(
            sections.markdown(of: "sample").contains("| `sample.rate` | `2.0e-05` | How fast. | a number above 0 |\n"))
    }

    @Test func numbersKeepADecimalPoint() {
        #expect(yamlNumber(2e-5) == "2.0e-05")
        #expect(yamlNumber(1e-4) == "0.0001")
        #expect(yamlNumber(0.5) == "0.5")
    }
}
