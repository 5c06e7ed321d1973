import FeatureStore
import Foundation
import TestSupport
import Testing

@testable import Conversion
@testable import PickleConversion

/// Utterances that are matrices of frames, and rows that are columns: refused by themselves, a row on request.
@Suite struct FrameTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func convert(_ options: String, frames: FrameReduction? = nil) throws -> (ConversionSummary, Store) {
        let path = try Samples.write(try Samples.pickle(options), "file.pkl", in: folder.path)
        var request = ConversionRequest(inputs: [path], output: folder.file("out.h5"))
        (request.frames, request.overwrites) = (frames, true)
        let summary = try PickleConverter.convert(request)
        return (summary, try Store(opening: summary.store.path))
    }

    @Test(arguments: [
        ("{\"rows\":\"frames\"}", "(2, 5) where one row is expected: nothing is averaged by itself"),
        ("{\"rows\":\"columns\"}", "(5, 1) where one row is expected: that is a column; save it as a row"),
        ("{\"dataset\":\"MELD\",\"rows\":\"columns\"}", "(5, 1)"),
        ("{\"part\":\"roberta\",\"rows\":\"frames\"}", "(2, 6) where one row is expected"),
        ("{\"part\":\"combined\",\"rows\":\"columns\"}", "(6, 1)"), ("{\"part\":\"mosei\"}", "(2, 4)"),
        ("{\"rows\":\"cubes\"}", "an array of shape (3, 2, 5), which holds frames for each utterance"),
        ("{\"rows\":\"listed-frames\"}", "(2, 5)"),
    ])
    func nothingIsAveragedByItself(options: String, sentence: String) throws {
        let fault = #expect(throws: ConversionError.self) { try convert(options) }
        #expect("\(fault!)".contains(sentence) && "\(fault!)".contains("--frames"), "\(fault!)")
        #expect("\(fault!)".contains(" of dialogue "))
        #expect(!FileManager.default.fileExists(atPath: folder.file("out.h5")))
    }

    @Test(arguments: FrameReduction.allCases, ["frames", "listed-frames"])
    func theyBecomeARowOnRequest(frames: FrameReduction, rows: String) throws {
        let (summary, store) = try convert("{\"rows\":\"\(rows)\"}", frames: frames)
        #expect(store.dataset == "IEMOCAP")
        #expect(summary.sources.map(\.layout) == ["IEMOCAP base (9 fields)"])
        #expect(store.provenance?.options == "frames \(frames.rawValue)")
        #expect(summary.warnings.contains { $0.contains("of 17 utterances are matrices of frames") })
        // Both frames of an utterance are its row, so that their deviation is 0.
        let values = try store.readRows(of: "audio", 0..<store.utteranceCount)
        let rows = Samples.rows("audio", order: Samples.baseOrder)
        guard frames == .meanAndDeviation else {
            #expect(values == rows)
            return
        }
        let width = Samples.widths["audio"]!
        #expect(summary.features.first { $0.name == "audio" }?.width == 2 * width)
        for (at, value) in values.enumerated() {
            let (utterance, column) = at.quotientAndRemainder(dividingBy: 2 * width)
            #expect(value == (column < width ? rows[utterance * width + column] : 0))
        }
    }

    @Test func framesOfFloat64AreNotRoundedFirst() {
        let frames: [Double] = [1, 1 + 3 * 0x1p-25, 1 + 0x1p-23 + 0x1p-26, 7, 2, .nan]
        frames.withUnsafeBytes { bytes in
            let type = ElementType(code: "<f8")!
            #expect(
                FrameReduction.mean.row(of: bytes, type: type, width: 2)[0] == (frames[0] + frames[2] + frames[4]) / 3)
            #expect(FrameReduction.max.row(of: bytes, type: type, width: 2)[0] == 2)
            #expect(FrameReduction.max.row(of: bytes, type: type, width: 2)[1].isNaN)
            #expect(
                FrameReduction.meanAndDeviation.row(
                    of: UnsafeRawBufferPointer(rebasing: bytes[..<32]), type: type, width: 2)[2]
                    == 0x1p-24 + 0x1p-27)
            #expect(Array(FrameReduction.last.row(of: bytes, type: type, width: 3).prefix(2)) == [7, 2])
        }
        let big: [UInt8] = [0x3F, 0xC0, 0, 0, 0xC0, 0, 0, 0]  // 1.5 and -2 as big-endian float32
        big.withUnsafeBytes { bytes in
            #expect(FrameReduction.max.row(of: bytes, type: ElementType(code: ">f4")!, width: 1) == [1.5])
            #expect(FrameReduction.mean.row(of: bytes, type: ElementType(code: ">f4")!, width: 1) == [-0.25])
        }
    }
}
