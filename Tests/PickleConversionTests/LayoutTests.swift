@testable import Conversion
import FeatureStore
import TestSupport
import Testing

@testable import PickleConversion

@Suite struct LayoutTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func convert(_ inputs: [String], dataset: ConvertibleDataset? = nil) throws -> (ConversionSummary, Store) {
        let request = ConversionRequest(inputs: inputs, output: folder.file("out.h5"), dataset: dataset)
        let summary = try PickleConverter.convert(request)
        return (summary, try Store(opening: summary.store.path))
    }

    private func expectFeatures(_ names: some Sequence<String>, in store: Store, order: [Int] = Samples.order) throws {
        for feature in names {
            let rows = try store.readRows(of: Samples.storeName(feature), 0..<store.utteranceCount)
            #expect(rows == Samples.rows(feature, order: order), "\(feature)")
        }
    }

    @Test func iemocapPairHasEveryKnownValue() throws {
        let (summary, store) = try convert(try Samples.pair("IEMOCAP", in: folder.path), dataset: .iemocap)
        #expect(summary.warnings == [])
        #expect(
            summary.splits == [
                .init(name: "train", dialogues: 3, utterances: 6), .init(name: "valid", dialogues: 1, utterances: 5),
                .init(name: "test", dialogues: 2, utterances: 6),
            ])
        #expect(summary.sources.map(\.layout) == ["IEMOCAP base (9 fields)", "IEMOCAP RoBERTa (list of 10)"])
        #expect(store.dataset == "IEMOCAP")
        #expect(store.dialogues.map(\.id) == ["Ses00", "Ses03", "Ses01", "Ses04", "Ses05", "Ses02"])
        #expect(store.dialogues.map(\.sourcePosition) == [0, 1, 2, 3, 4, 5])
        #expect(store.labelNames == ["happy", "sad", "neutral", "angry", "excited", "frustrated"])
        #expect(store.speakerNames == ["M", "F"])
        #expect(store.speakerScope == .dialogue)
        #expect(
            Array(store.labels) == Samples.order.flatMap { d in (0..<Samples.counts[d]).map { Int32((d + $0) % 6) } })
        #expect(
            Array(store.speakers) == Samples.order.flatMap { d in (0..<Samples.counts[d]).map { UInt32((d + $0) % 2) } }
        )
        #expect(store.utteranceIDs[3] == "Ses03_0")
        #expect(try store.sentence(3) == "Où est 3/0?")
        #expect(store.features(of: .text).map(\.layer) == [1, 2, 3, 4])
        try expectFeatures(Samples.widths.keys, in: store)
    }

    @Test func meldPairHasEveryKnownValue() throws {
        let (summary, store) = try convert(try Samples.pair("MELD", in: folder.path).reversed())
        #expect(summary.sources.map(\.layout) == ["MELD RoBERTa (list of 11)", "MELD base (10 fields)"])
        #expect(store.dialogues.map(\.id) == ["0", "3", "1", "4", "5", "2"])
        #expect(store.dialogues(inSplit: "valid") == [3])
        #expect(store.labelNames.count == 7)
        #expect(store.speakerNames.count == 9)
        #expect(Array(store.speakers) == Samples.order.flatMap { d in (0..<Samples.counts[d]).map { UInt32($0 % 3) } })
        try expectFeatures(Samples.widths.keys, in: store)
    }

    @Test func baseAloneHasNoValidationSplitAndSaysSo() throws {
        let inputs = try Samples.pair("IEMOCAP", in: folder.path)
        let (summary, store) = try convert([inputs[0]])
        #expect(store.splits.map(\.name) == ["train", "test"])
        #expect(summary.warnings.contains { $0.contains("no valid split") })
        try expectFeatures(["text", "audio", "visual"], in: store, order: Samples.baseOrder)
    }

    @Test func robertaAloneIsATextStore() throws {
        let (_, store) = try convert([try Samples.pair("MELD", in: folder.path)[1]])
        #expect(store.features.allSatisfy { $0.modality == .text })
        #expect(store.splits.map(\.name) == ["train", "valid", "test"])
        try expectFeatures((1...4).map { "roberta\($0)" }, in: store)
    }

    @Test func sameInputGivesTheSameBytes() throws {
        let inputs = try Samples.pair("MELD", in: folder.path, both: "\"splits\":\"set\"")
        var copies: [[UInt8]] = []
        for name in ["one.h5", "two.h5"] {
            _ = try PickleConverter.convert(ConversionRequest(inputs: inputs, output: folder.file(name)))
            copies.append(try readBytes(folder.file(name)))
        }
        #expect(copies[0] == copies[1])
    }

    @Test func aFileOfAnotherDatasetIsRefused() throws {
        let inputs = try Samples.pair("MELD", in: folder.path)
        let fault = #expect(throws: ConversionError.self) { try convert(inputs, dataset: .iemocap) }
        #expect("\(fault!)" == "base.pkl is MELD base (10 fields), but IEMOCAP was asked for: give IEMOCAP's files.")
    }

    @Test func anUnknownLayoutIsDescribed() throws {
        let bytes: [UInt8] = Array("(lp0\nI1\na(dp1\nS'a'\n(lp2\nI3\nasa.".utf8)
        let path = try Samples.write(bytes, "odd.pkl", in: folder.path)
        let fault = #expect(throws: ConversionError.self) { try convert([path]) }
        #expect(
            "\(fault!)".hasPrefix(
                "odd.pkl is a list of 2 (other, numbers), which is none of the layouts that are read:"))
    }
}
