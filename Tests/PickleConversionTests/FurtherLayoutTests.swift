import Conversion
import FeatureStore
import TestSupport
import Testing

@testable import PickleConversion

/// Every layout beside the two pairs, from a sample with known values.
@Suite struct FurtherLayoutTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func convert(
        _ options: String..., prepare: (inout ConversionRequest) -> Void = { _ in }
    ) throws -> (ConversionSummary, Store) {
        let inputs = try options.enumerated().map {
            try Samples.write(try Samples.pickle("{\($1)}"), "file\($0).pkl", in: folder.path)
        }
        var request = ConversionRequest(inputs: inputs, output: folder.file("out.h5"))
        if options.contains(where: { $0.contains("mosei") }) { request.frames = .mean }
        prepare(&request)
        let summary = try PickleConverter.convert(request)
        return (summary, try Store(opening: summary.store.path))
    }

    /// The generator's name of a feature and the store's.
    private static let base = [("text", "text_base"), ("audio", "audio"), ("visual", "visual")]
    private static let layers = (1...4).map { ("roberta\($0)", "text_roberta_\($0)") }

    private func expect(_ features: [(String, String)], in store: Store, order: [Int] = Samples.order) throws {
        #expect(Set(store.features.map(\.name)) == Set(features.map(\.1)))
        for (generated, name) in features {
            #expect(
                try store.readRows(of: name, 0..<store.utteranceCount) == Samples.rows(generated, order: order),
                "\(name)")
        }
    }

    struct Expectation: Sendable, CustomTestStringConvertible {
        var options: String
        var layout: String
        var dataset: String
        var splits = ["train", "test"]
        var speakers: [String] = ["M", "F"]
        var features: [(String, String)]
        var testDescription: String { layout + " " + options }
    }

    static let nine = (0..<9).map(String.init)
    static let expectations = [
        Expectation(
            options: "\"dataset\":\"MELD\",\"part\":\"base-no-visual\"", layout: "MELD base without visual (9 fields)",
            dataset: "MELD", speakers: nine, features: Array(base.prefix(2))),
        Expectation(
            options:
                "\"part\":\"roberta\",\"speakers\":[[1,0,0,0,0,0,0,0,0],[0,1,0,0,0,0,0,0,0]],\"labels\":\"scalars\"",
            layout: "EmoryNLP RoBERTa (list of 10)", dataset: "EmoryNLP", splits: ["train", "valid", "test"],
            speakers: nine,
            features: layers),
        Expectation(
            options: "\"part\":\"roberta\",\"speakers\":[\"0\",\"1\"]", layout: "DailyDialog RoBERTa (list of 10)",
            dataset: "DailyDialog", splits: ["train", "valid", "test"], speakers: ["0", "1"], features: layers),
        Expectation(
            options: "\"part\":\"roberta\",\"speakers\":[\"Bob\",\"Ann\",\"Cid\"]",
            layout: "RoBERTa of another corpus (list of 10)",
            dataset: "unnamed", splits: ["train", "valid", "test"], speakers: ["Ann", "Bob", "Cid"], features: layers),
        Expectation(
            options: "\"speakers\":[2,0,5]", layout: "base of another corpus (9 or 10 fields)", dataset: "unnamed",
            speakers: ["0", "1", "2", "3", "4", "5"], features: base),
        Expectation(
            options: "\"part\":\"own-export\",\"protocol\":4,\"python2\":false", layout: "vuemo export (dictionary)",
            dataset: "IEMOCAP", splits: ["train", "valid", "test"], features: base),
        Expectation(
            options: "\"part\":\"combined\"", layout: "IEMOCAP combined (12 fields)", dataset: "IEMOCAP",
            features: layers + base.suffix(2)),
        Expectation(
            options: "\"dataset\":\"MELD\",\"part\":\"combined-unused\"", layout: "MELD combined (13 fields)",
            dataset: "MELD",
            speakers: nine, features: layers + base.suffix(2)),
        Expectation(
            options: "\"dataset\":\"MELD\",\"part\":\"combined-sentiment\"",
            layout: "MELD combined with sentiment (14 fields)",
            dataset: "MELD", speakers: nine, features: layers + base.suffix(2)),
        Expectation(
            options: "\"part\":\"corect\"", layout: "CORECT (dict of splits)", dataset: "IEMOCAP",
            splits: ["train", "valid", "test"],
            features: [("text", "text")] + base.suffix(2)),
        Expectation(
            options: "\"part\":\"cogmen\",\"protocol\":4,\"python2\":false,\"rows\":\"matrix\"",
            layout: "COGMEN (dict of splits of Sample objects)", dataset: "IEMOCAP",
            splits: ["train", "valid", "test"],
            features: [("roberta1", "text_sbert"), ("text", "text")] + base.suffix(2)),
        Expectation(
            options: "\"part\":\"cogmen-plural\"",
            layout: "COGMEN (dict of splits of Sample objects)", dataset: "IEMOCAP",
            splits: ["train", "valid", "test"],
            features: [("text", "text")] + base.suffix(2)),
        Expectation(
            options: "\"part\":\"cogmen\",\"speakers\":[\"M\"],\"absent\":[\"visual\"]",
            layout: "COGMEN (dict of splits of Sample objects)", dataset: "unnamed",
            splits: ["train", "valid", "test"],
            speakers: ["M"], features: [("roberta1", "text_sbert"), ("text", "text"), ("audio", "audio")]),
        Expectation(
            options: "\"part\":\"mosei\"", layout: "MOSEI as conversation (9 or 10 fields)", dataset: "MOSEI",
            speakers: ["F", "M"],
            features: base),
        Expectation(
            options: "\"dataset\":\"MELD\",\"part\":\"mosei\"", layout: "MOSEI as conversation (9 or 10 fields)",
            dataset: "MOSEI",
            speakers: nine, features: base),
        Expectation(
            options: "\"part\":\"mosei-three\"", layout: "MOSEI as conversation (9 or 10 fields)", dataset: "MOSEI",
            splits: ["train", "valid", "test"], speakers: ["F", "M"], features: Array(base.suffix(2))),
        Expectation(
            options: "\"absent\":[\"visual\",\"text\"]", layout: "IEMOCAP base (9 fields)", dataset: "IEMOCAP",
            features: [("audio", "audio")]),
    ]

    @Test(arguments: expectations)
    func everyLayoutHasItsKnownValues(expected: Expectation) throws {
        let (summary, store) = try convert(expected.options)
        #expect(summary.sources.map(\.layout) == [expected.layout])
        #expect(store.dataset == expected.dataset)
        #expect(store.splits.map(\.name) == expected.splits)
        #expect(store.speakerNames == expected.speakers)
        #expect(store.dialogues.count == 6)
        #expect(
            Array(store.labels) == Samples.order.flatMap { d in (0..<Samples.counts[d]).map { Int32((d + $0) % 6) } })
        #expect(try store.sentence(3) == "Où est 3/0?")
        try expect(expected.features, in: store)
        try store.verify()
    }

    @Test func sentimentThatIsNotNestedIsNoClass() throws {
        let (summary, store) = try convert("\"part\":\"mosei-flat\"")
        #expect(summary.sources.map(\.layout) == ["MOSEI as conversation (9 or 10 fields)"])
        #expect(
            Array(store.labels) == Samples.order.flatMap { d in (0..<Samples.counts[d]).map { Int32((d + $0) % 6) } })
        try expect(Self.base, in: store)
    }

    @Test func sentimentIsRoundedToSevenClasses() throws {
        let (summary, store) = try convert("\"part\":\"mosei-real\"")
        #expect(store.labelNames.count == 7)
        // Labels -2.6 to 2.4 become -3 to 2, which are classes 0 to 5.
        #expect(
            Array(store.labels) == Samples.order.flatMap { d in (0..<Samples.counts[d]).map { Int32((d + $0) % 6) } })
        #expect(summary.warnings.contains("file0.pkl: the labels are sentiment from -3 to 3, rounded to 7 classes."))
        #expect(
            summary.warnings.contains {
                $0.hasPrefix("file0.pkl: the audio features of 17 utterances are matrices of frames")
            })
    }

    /// MELD's sentiment stands beside its emotions, whichever file has it.
    @Test(arguments: ["base-no-visual", "roberta", "combined-sentiment"])
    func sentimentIsKeptBesideTheEmotions(part: String) throws {
        let (summary, store) = try convert("\"dataset\":\"MELD\",\"part\":\"\(part)\"")
        let labels = Samples.order.flatMap { d in (0..<Samples.counts[d]).map { Int32((d + $0) % 3) } }
        #expect(
            store.targets == [
                LabelSet(name: "sentiment", labelNames: ["neutral", "positive", "negative"], labels: labels)
            ])
        #expect(!summary.warnings.contains { $0.contains("sentiment") })
    }

    @Test func theNumbersThatClassesAreMadeOfAreKept() throws {
        let (_, store) = try convert("\"part\":\"mosei-real\"")
        let target = try #require(store.targets.first)
        #expect(target.name == "sentiment" && target.labelNames == ["negative", "neutral", "positive"])
        for (row, label) in store.labels.enumerated() {
            let value = try #require(target.values)[row]
            #expect(abs(value - (Double(label) - 2.6)) < 1e-6)
            #expect(target.labels[row] == (value < 0 ? 0 : 2))
        }
    }

    @Test func classesBeyondTheKnownOnesAreNamedByNumber() throws {
        let (summary, store) = try convert("\"shift\":3")
        #expect(store.labelNames == (0...8).map(String.init))
        #expect(summary.warnings[0].hasPrefix("file0.pkl: the labels go to 8, beyond the 6 classes"))
    }

    @Test func aCombinedFileTakesItsValidDialoguesFromRoBERTa() throws {
        let (summary, store) = try convert("\"part\":\"combined\"", "\"part\":\"roberta\"")
        #expect(store.splits.map(\.name) == ["train", "valid", "test"])
        #expect(
            summary.warnings.contains("file0.pkl and file1.pkl both hold text_roberta_1: that of file0.pkl is kept."))
        try expect(Self.layers + Self.base.suffix(2), in: store)
    }

    @Test func missingSplitsAreChosenBySeedAndRecorded() throws {
        var choices: [[String]] = []
        for seed: UInt64 in [7, 7, 8] {
            let (summary, store) = try convert("\"splits\":\"none\"") {
                $0.splitChoice = SplitChoice(validFraction: 0.2, testFraction: 0.3, seed: seed)
                $0.overwrites = true
            }
            #expect(summary.splits.map(\.dialogues) == [3, 1, 2])
            #expect(store.splits[1].origin.contains("--valid-fraction 0.2 --split-seed \(seed)"))
            choices.append(store.dialogues.map(\.id))
        }
        #expect(choices[0] == choices[1] && choices[0] != choices[2])
    }

    @Test func aValidSplitThatIsThereIsKept() throws {
        let (summary, _) = try convert("\"part\":\"roberta\"") { $0.splitChoice = SplitChoice(validFraction: 0.2) }
        #expect(summary.splits.map(\.dialogues) == [3, 1, 2])
        #expect(summary.warnings == ["file0.pkl names its valid dialogues itself: --valid-fraction is not used."])
    }

    @Test func noSplitsWithoutAChoiceAreRefused() throws {
        let fault = #expect(throws: ConversionError.self) { try convert("\"splits\":\"none\"") }
        #expect("\(fault!)".contains("give --valid-fraction"))
    }

    @Test func theUserNamesTheDataset() throws {
        let (summary, _) = try convert("\"speakers\":[\"Ann\",\"Bob\"]") { $0.name = "Family" }
        #expect(summary.dataset == "Family")
    }
}
