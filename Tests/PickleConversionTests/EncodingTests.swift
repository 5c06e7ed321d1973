import Conversion
import FeatureStore
import Foundation
import TestSupport
import Testing

@testable import PickleConversion

/// The bytes of a file.
func readBytes(_ path: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(fileURLWithPath: path))) }

/// The same dataset in every spelling that circulates gives the same store content.
@Suite struct EncodingTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func contentID(_ dataset: String, both: String, base: String = "") throws -> (String, ConversionSummary) {
        let inputs = try Samples.pair(dataset, in: folder.path, both: both, base: base)
        var request = ConversionRequest(inputs: inputs, output: folder.file("out.h5"))
        request.overwrites = true
        let summary = try PickleConverter.convert(request)
        return (summary.store.contentID, summary)
    }

    @Test(arguments: ["IEMOCAP", "MELD"])
    func everyProtocolGivesTheSameContent(dataset: String) throws {
        let (reference, _) = try contentID(dataset, both: "")
        for number in 0...5 {
            for numpy in ["numpy.core", "numpy._core"] {
                let options = "\"protocol\":\(number),\"python2\":false,\"numpy\":\"\(numpy)\""
                #expect(try contentID(dataset, both: options).0 == reference, "\(options)")
            }
        }
        for number in 0...2 {
            #expect(
                try contentID(dataset, both: "\"protocol\":\(number),\"python2\":true").0 == reference,
                "Python 2, \(number)")
        }
    }

    @Test(arguments: [
        "\"rows\":\"tuple\"", "\"rows\":\"matrix\"", "\"rows\":\"fortran\"", "\"rows\":\"one-row-matrices\"",
        "\"rows\":\"numbers\"", "\"rows\":\"fortran\",\"protocol\":5,\"python2\":false", "\"type\":\">f4\"",
        "\"type\":\"<f8\"",
        "\"type\":\">f8\",\"rows\":\"fortran\"", "\"type\":\"<f2\"", "\"outer\":\"list\"", "\"outer\":\"tuple\"",
        "\"splits\":\"tuple\"", "\"labels\":\"scalars\"", "\"labels\":\"array\"",
    ])
    func everyFormGivesTheSameContent(options: String) throws {
        let (reference, _) = try contentID("IEMOCAP", both: "")
        let (content, summary) = try contentID("IEMOCAP", both: options)
        #expect(content == reference)
        #expect(summary.warnings == [])
    }

    @Test(arguments: ["<i1", ">i2", "<i4", ">i8", "<u1", "|b1"])
    func wholeNumbersBecomeFloat32(type: String) throws {
        // Unsigned types cannot hold the sample's negative values: shift by scaling to zero.
        let scale = type == "<u1" ? "\"scale\":0," : ""
        let (_, summary) = try contentID("IEMOCAP", both: "\(scale)\"type\":\"\(type)\"")
        let store = try Store(opening: summary.store.path)
        let rows = try store.readRows(of: "audio", 0..<store.utteranceCount)
        #expect(
            rows
                == Samples.rows("audio") { value in
                    type == "<u1"
                        ? 0
                        : type == "|b1"
                            ? (abs(value.rounded(.towardZero)).truncatingRemainder(dividingBy: 2))
                            : value.rounded(.towardZero)
                })
        #expect(
            summary.features[0].sourceDataType
                == [
                    "<i1": "int8", ">i2": "int16 big-endian", "<i4": "int32", ">i8": "int64 big-endian", "<u1": "uint8",
                    "|b1": "bool",
                ][type])
    }

    @Test func lostPrecisionIsCountedAndSaid() throws {
        let (_, summary) = try contentID("IEMOCAP", both: "\"type\":\"<f8\",\"scale\":0.1")
        #expect(summary.features.allSatisfy { $0.sourceDataType == "float64" })
        #expect(
            summary.warnings.contains {
                $0.hasPrefix("audio: ") && $0.hasSuffix("float64 values were rounded to float32.")
            })
        let store = try Store(opening: summary.store.path)
        let rows = try store.readRows(of: "audio", 0..<store.utteranceCount)
        #expect(rows == Samples.rows("audio") { Float(Double($0) * 0.1) })
    }

    @Test func numbersAndTextAreTheSameDialogueID() throws {
        let (reference, _) = try contentID("MELD", both: "")
        #expect(try contentID("MELD", both: "", base: "\"keys\":\"text\"").0 == reference)
    }

    @Test(arguments: ["set", "frozenset"])
    func setsAreSortedAndRecorded(kind: String) throws {
        let (_, summary) = try contentID("MELD", both: "\"splits\":\"\(kind)\"")
        let store = try Store(opening: summary.store.path)
        #expect(store.dialogues.map(\.id) == ["0", "1", "3", "4", "2", "5"])
        #expect(store.splits[0].origin == "train ids of MELD RoBERTa (list of 11), a set there, sorted here")
        #expect(summary.warnings.contains("roberta.pkl: its train ids are a set, which has no order; they are sorted."))
    }

    @Test func textIsUTF8FirstAndLatin1WithAWarning() throws {
        let (_, summary) = try contentID("IEMOCAP", both: "\"sentence\":\"d\u{E9}j\u{E0} vu\"")
        let store = try Store(opening: summary.store.path)
        #expect(try store.sentence(0) == "déjà vu")
        #expect(try store.sentence(1) == "Où est 0/1?")
        #expect(
            summary.warnings == [
                "base.pkl: 1 sentences are not UTF-8 and were read as latin1 (first: the sentences of dialogue Ses00)."
            ])
    }

    @Test func notANumberIsRefusedUnlessAskedFor() throws {
        let inputs = try Samples.pair("IEMOCAP", in: folder.path, base: "\"nan\":true")
        var request = ConversionRequest(inputs: inputs, output: folder.file("out.h5"))
        #expect(throws: StoreError.self) { try PickleConverter.convert(request) }
        #expect(try folder.names().sorted() == ["base.pkl", "roberta.pkl"])
        request.keepsNonFiniteValues = true
        let summary = try PickleConverter.convert(request)
        let store = try Store(opening: summary.store.path)
        let audio = try store.readRows(of: "audio", 0..<store.utteranceCount)
        let place = (Samples.counts[0] + Samples.counts[3]) * 4 + 2
        #expect(audio.indices.filter { audio[$0].isNaN } == [place])
    }
}
