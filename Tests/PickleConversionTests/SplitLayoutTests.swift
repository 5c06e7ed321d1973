import Conversion
import FeatureStore
import TestSupport
import Testing

@testable import PickleConversion

/// The dicts of splits of the sentiment field, from samples with known values: each utterance is two frames whose mean is the value and whose
/// deviation is 1/4, and frames that only fill up.
@Suite struct SplitLayoutTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func convert(_ options: String, _ prepare: (inout ConversionRequest) -> Void = { _ in }) throws -> (
        ConversionSummary, Store
    ) {
        let bytes = try Samples.pickle("{\"python2\":false,\"protocol\":4,\(options)}")
        var request = ConversionRequest(
            inputs: [try Samples.write(bytes, "file.pkl", in: folder.path)], output: folder.file("out.h5"))
        request.frames = .mean
        prepare(&request)
        let summary = try PickleConverter.convert(request)
        return (summary, try Store(opening: summary.store.path))
    }

    /// The sample's numbers, its classes less 2.5.
    private var numbers: LabelSet {
        let values = Samples.order.flatMap { dialogue in
            (0..<Samples.counts[dialogue]).map { Double((dialogue + $0) % 6) - 2.5 }
        }
        return LabelSet(
            name: "sentiment", labelNames: ["negative", "neutral", "positive"], labels: values.map { $0 < 0 ? 0 : 2 },
            values: values)
    }

    @Test func mmsaHasEveryKnownValue() throws {
        let (summary, store) = try convert("\"part\":\"mmsa\"")
        #expect(summary.sources.map(\.layout) == ["MMSA (dict of splits of arrays)"])
        #expect(store.dialogues.map(\.id) == ["Ses00", "Ses03", "Ses01", "Ses04", "Ses05", "Ses02"])
        #expect(store.splits.map(\.name) == ["train", "valid", "test"])
        #expect((0..<4).map { store.utteranceIDs[$0] } == ["Ses00$_$0", "Ses00$_$1", "Ses00$_$2", "Ses03$_$0"])
        let sentences = try store.sentences(0..<2)
        #expect(sentences[0] == "Où est 0/0?" && sentences[1] == "Où est 0/1?")
        #expect(store.labelNames == (0..<6).map { "class \($0)" })
        let labels = Samples.order.flatMap { dialogue in
            (0..<Samples.counts[dialogue]).map { Int32((dialogue + $0) % 6) }
        }
        #expect(Array(store.labels) == labels && store.targets == [numbers])
        for (feature, name) in [("text", "text"), ("audio", "audio"), ("visual", "visual")] {
            #expect(try store.readRows(of: name, 0..<store.utteranceCount) == Samples.rows(feature))
        }
        #expect(store.provenance?.options == "frames mean")
        #expect(
            summary.warnings.contains { $0.contains("frames of zeros, which are taken as filling and not counted") })
        #expect(summary.warnings.contains { $0.contains("numbers behind their stated length, which are not counted") })
    }

    @Test func meanAndDeviationStandSideBySide() throws {
        let (_, store) = try convert("\"part\":\"mult\"") { $0.frames = .meanAndDeviation }
        let means = Samples.rows("text")
        let values = try store.readRows(of: "text", 0..<store.utteranceCount)
        #expect(values.count == 2 * means.count)
        for (at, value) in values.enumerated() {
            let (utterance, column) = at.quotientAndRemainder(dividingBy: 10)
            #expect(value == (column < 5 ? means[utterance * 5 + column] : 0.25))
        }
        #expect(store.provenance?.options == "frames mean+std")
    }

    @Test(arguments: RegressionClasses.allCases, ["mmsa", "mult", "segments"])
    func realNumbersBecomeClassesOnRequest(classes: RegressionClasses, part: String) throws {
        let (summary, store) = try convert("\"part\":\"\(part)\",\"real_labels\":true") {
            $0.regressionClasses = classes
        }
        // The sample's are its classes less 2.5: -2.5, -1.5, -0.5, 0.5, 1.5, 2.5.
        let expected: [Int32] =
            switch classes {
            case .two: [0, 0, 0, 1, 1, 1]
            case .three: [0, 0, 0, 2, 2, 2]
            case .seven: [1, 1, 3, 3, 5, 5]
            }
        let labels = Samples.order.flatMap { dialogue in
            (0..<Samples.counts[dialogue]).map { expected[(dialogue + $0) % 6] }
        }
        #expect(Array(store.labels) == labels)
        #expect(store.labelNames.count == classes.rawValue)
        #expect(store.targets == [numbers])
        #expect(store.provenance?.options == "frames mean, regression classes \(classes.rawValue)")
        #expect(summary.warnings.contains { $0.contains("numbers from -2.5 to 2.5, made \(classes.rawValue) classes") })
    }

    @Test(arguments: ["mmsa", "mult", "segments"])
    func withoutTheRequestItIsSaidWhatToGive(part: String) {
        let fault = #expect(throws: ConversionError.self) { try convert("\"part\":\"\(part)\",\"real_labels\":true") }
        #expect("\(fault!)".contains("numbers from -2.5 to 2.5 and no classes: give --regression-classes"), "\(fault!)")
    }

    @Test func aRequestThatNothingAnswersIsRefused() {
        let fault = #expect(throws: ConversionError.self) {
            try convert("\"part\":\"base\"") { $0.regressionClasses = .seven }
        }
        #expect("\(fault!)".contains("whose labels are classes already: leave out --regression-classes"), "\(fault!)")
    }
}
