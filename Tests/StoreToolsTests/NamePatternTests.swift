import FeatureStore
import Files
import TestSupport
import Testing

@testable import StoreTools

@Suite struct NamePatternTests {
    @Test(arguments: [
        ("Ses05*", "Ses05F_impro01", true), ("Ses05*", "Ses04F_impro05", false), ("*", "", true), ("", "", true),
        ("", "a", false), ("*_impro0?", "Ses05F_impro01", true), ("*_impro0?", "Ses05F_impro012", false),
        ("Ses0[1-3]*", "Ses03M", true), ("Ses0[1-3]*", "Ses04M", false), ("Ses0[!1-3]*", "Ses04M", true),
        ("Ses0[^1-3]*", "Ses01M", false), ("[]a]", "]", true), ("[a-]", "-", true), ("[z-a]", "b", false),
        ("[abc", "[abc", true), ("a\\*b", "a*b", true), ("a\\*b", "axb", false), ("a\\", "a\\", true),
        ("*a*b*c*", "xxaxxbxxcxx", true), ("*a*b*c*", "xxaxxcxxbxx", false), ("ses*", "Ses05", false),
        ("?", "\u{E9}", true), ("caf\u{E9}", "cafe\u{301}", false), ("caf??", "cafe\u{301}", true),
        ("a\r\n?", "a\r\nb", true),
    ]) func whatFits(_ pattern: String, _ name: String, _ fits: Bool) {
        #expect(NamePattern(pattern).fits(name) == fits)
    }

    /// Patterns that make a plain search run for ever.
    @Test func manyStarsTakeNoTime() {
        let pattern = NamePattern(String(repeating: "*a", count: 2000) + "b")
        #expect(!pattern.fits(String(repeating: "a", count: 5000)))
        #expect(NamePattern(String(repeating: "*", count: 100_000)).fits("a"))
    }

    @Test func dialoguesAreTakenByPatternAndByName() throws {
        let folder = try TemporaryFolder()
        try SyntheticStore().write(to: folder.file("whole.h5"))
        let whole = try Store(opening: folder.file("whole.h5"))
        func ids(_ selection: StoreSelection) throws -> [String] {
            try SelectedPart(selection, of: whole).dialogues.map { whole.dialogues[$0].id }
        }
        #expect(try ids(StoreSelection(dialoguePatterns: ["dialogue-1*"])) == ["dialogue-1", "dialogue-10"])
        #expect(
            try ids(StoreSelection(dialogues: ["dialogue-3"], dialoguePatterns: ["*-1", "*-2"]))
                == ["dialogue-1", "dialogue-2", "dialogue-3"])
        #expect(try ids(StoreSelection(dialoguePatterns: ["*"], splits: ["valid"])) == ["dialogue-6", "dialogue-7"])
        #expect(StoreSelection(dialoguePatterns: ["a*", "b"]).words == "dialogues like a*,b")
        #expect(StoreSelection(dialogues: (0..<102).map { "\($0)" }).words.hasSuffix(",98,99 and 2 more"))
        func message(_ selection: StoreSelection) throws -> String {
            try #require(#expect(throws: StoreToolsError.self) { try ids(selection) }).message
        }
        #expect(
            try message(StoreSelection(dialoguePatterns: ["*", "Ses09*"])).hasSuffix(
                "has no dialogue like 'Ses09*'; it has dialogue-0, dialogue-1, dialogue-2, dialogue-3, dialogue-4, dialogue-5, dialogue-6, dialogue-7, …"
            ))
        #expect(
            try message(StoreSelection(dialogues: ["x", "dialogue-1", "y"])).hasSuffix(
                "lacks 2 of the 3 dialogues that are named: 'x', 'y'"))
    }
}
