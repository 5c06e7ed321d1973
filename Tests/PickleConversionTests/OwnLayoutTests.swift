import Conversion
import FeatureStore
import Foundation
import TestSupport
import Testing

@testable import PickleConversion

/// The guide's worked example, taken from the guide itself, and what happens to mistakes in a user's layout.
@Suite struct OwnLayoutTests {
    let folder: TemporaryFolder
    let pickle: String

    init() throws {
        folder = try TemporaryFolder()
        pickle = try Samples.write(
            try Samples.call("sample_files", "make_family", []).withContent { Array($0) }, "family.pkl", in: folder.path
        )
    }

    /// The first block of Python in docs/custom-layouts.md.
    static func example() throws -> String {
        let guide = try ProjectFiles.text("docs/custom-layouts.md")
        let begin = try #require(guide.range(of: "```python\n")).upperBound
        return String(guide[begin..<(try #require(guide.range(of: "```", range: begin..<guide.endIndex)).lowerBound)])
    }

    private func convert(_ layout: String, inputs: [String]? = nil) throws -> (ConversionSummary, Store) {
        let path = try Samples.write(Array(layout.utf8), "my_layout.py", in: folder.path)
        var request = ConversionRequest(inputs: inputs ?? [pickle], output: folder.file("out.h5"))
        request.layout = path
        let summary = try PickleConverter.convert(request)
        return (summary, try Store(opening: summary.store.path))
    }

    @Test func theGuidesExampleWorks() throws {
        let (summary, store) = try convert(try Self.example())
        #expect(summary.warnings == [])
        #expect(store.dataset == "Family")
        #expect(summary.sources.map(\.layout) == ["family sessions"])
        #expect(store.dialogues.map(\.id) == ["s01", "s02", "s03"])
        #expect(store.splits.map(\.name) == ["train", "valid", "test"])
        #expect(store.labelNames == ["calm", "cross", "glad"])
        #expect(Array(store.labels) == [0, 1, 2, 0, 2])
        #expect(store.speakerNames == ["Ann", "Bob"])
        #expect(store.speakerScope == .corpus)
        #expect(try store.sentence(1) == "Turn 1 of s01")
        #expect(try store.readRows(of: "audio", 1..<2) == (0..<40).map { Float(100 + $0) })
        #expect(store.features.map(\.width) == [40, 17])
    }

    @Test func filesThatItDoesNotRecogniseAreReadAsUsual() throws {
        let inputs = try Samples.pair("IEMOCAP", in: folder.path)
        let (summary, _) = try convert(try Self.example(), inputs: inputs)
        #expect(summary.dataset == "IEMOCAP")
    }

    struct Enough: Error {}

    /// Loops without an end, also one that catches whatever it is told, where the module is read, asked and used.
    @Test(
        .timeLimit(.minutes(1)),
        arguments: [
            "while True:\n    pass\n", "def recognise(content):\n    while True:\n        pass\n",
            "def read(content, reader):\n    while True:\n        try:\n            len(content)\n        except BaseException:\n            pass\n",
        ])
    func aLoopWithoutAnEndIsStopped(layout: String) throws {
        let text = layout + (layout.contains("def read") ? "" : "\ndef read(content, reader):\n    return None\n")
        let path = try Samples.write(Array(text.utf8), "my_layout.py", in: folder.path)
        var request = ConversionRequest(inputs: [pickle], output: folder.file("out.h5"))
        request.layout = path
        let began = ContinuousClock.now
        #expect(throws: Enough.self) {
            try PickleConverter.convert(request) { _ in
                if ContinuousClock.now - began > .milliseconds(100) { throw Enough() }
            }
        }
        #expect(try folder.names().sorted() == ["family.pkl", "my_layout.py"])
        // The interpreter goes on to work.
        #expect(try convert(try Self.example()).1.dialogues.count == 3)
    }

    @Test(arguments: [
        ("NAME = 'x'\n", "has no function read(content, reader)"),
        ("def read(content, reader):\n    return 1 +\n", "my_layout.py: line 2: invalid syntax."),
        ("def read(content, reader):\n    return content['nothing']\n", "my_layout.py: line 2: KeyError: 'nothing'."),
        ("import sys\n\ndef read(content, reader):\n    sys.exit(3)\n", "my_layout.py: line 4: SystemExit: 3."),
        ("def read(content, reader):\n    return read(content, reader)\n", "my_layout.py: line 2: RecursionError: "),
        ("def read(content, reader):\n    return 3\n", "read() gives the number 3 instead of a Contribution."),
        ("import numpy\n", "my_layout.py: line 1: ModuleNotFoundError: No module named 'numpy'."),
        (
            "from vuemo_layout import Contribution, Dataset\n"
                + "def read(content, reader):\n    return Contribution(reader, 'x', Dataset('x'))\n", "gives no labels"
        ),
    ])
    func mistakesAreToldWithTheirLine(layout: String, sentence: String) throws {
        let fault = #expect(throws: ConversionError.self) { try convert(layout) }
        #expect("\(fault!)".contains(sentence), "\(fault!)")
        #expect(try folder.names().sorted() == ["family.pkl", "my_layout.py"])
    }
}
