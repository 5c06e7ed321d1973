import Conversion
import FeatureStore
import Foundation
import TableConversion
import TestSupport
import Testing

@testable import PickleConversion

/// Lists joined with pickles of id -> array, and mends of pickles.
@Suite struct PickledArraysTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func write(_ bytes: some Sequence<UInt8>, _ name: String) throws -> String {
        try Data(bytes).write(to: URL(filePath: folder.file(name)))
        return folder.file(name)
    }

    private func convert(_ pickle: [UInt8], pattern: String? = nil, frames: FrameReduction? = nil) throws -> Store {
        let list = try write("dialogue,utterance\nx,0\nx,1\n".utf8, "list.csv")
        let audio = TableRequest.Feature(name: "audio", modality: .audio, path: try write(pickle, "audio.pkl"))
        var request = TableRequest(manifest: list, features: [audio], output: folder.file("out.h5"))
        request.idPattern = try pattern.map(IDPattern.init)
        (request.frames, request.overwrites) = (frames, true)
        #expect(request.namesPickles)
        return try Store(opening: try PickleConverter.convert(request).store.path)
    }

    /// Protocol 0, as text.
    private func fault(_ pickle: String, pattern: String? = nil) -> String {
        do {
            _ = try convert(Array(pickle.utf8), pattern: pattern)
            return "no fault"
        } catch {
            return "\(error)"
        }
    }

    @Test(arguments: [
        // {"0": [1, 2], "1": [3, 4]}, keys that are numbers, tuples, and dictionaries within each other.
        ("(dV0\n(lF1\naF2\nasV1\n(lI3\naI4\nas.", nil), ("(dI0\n(lF1\naF2\nasI1\n(lI3\naI4\nas.", nil),
        ("(d(Vx\nI0\nt(lF1\naF2\nas(Vx\nI1\nt(lI3\naI4\nas.", "{dialogue}_{utterance}"),
        ("(dVx\n(dI0\n(lF1\naF2\nasI1\n(lI3\naI4\nass.", "{dialogue}_{utterance}"),
    ])
    func aDictionaryHoldsAnArrayForEachID(pickle: String, pattern: String?) throws {
        let store = try convert(Array(pickle.utf8), pattern: pattern)
        #expect(try store.readRows(of: "audio", 0..<2) == [1, 2, 3, 4])
        #expect(store.provenance?.sources.last?.layout == "pickle of arrays by id")
        #expect(store.features[0].sourceDataType == "float64")
    }

    @Test func framesBecomeARowOnRequest() throws {
        let pickle = "(dV0\n(l(lF1\naF2\naa(lF3\naF6\naasV1\n(l(lF5\naF5\naas."
        #expect(try convert(Array(pickle.utf8), frames: .mean).readRows(of: "audio", 0..<2) == [2, 4, 5, 5])
        #expect(fault(pickle).contains("the array '0' has the shape (2, 2): nothing is averaged by itself"))
    }

    @Test func whatIsNoDictionaryOfArraysIsNamed() {
        for (pickle, sentence) in [
            ("(lp0\nI1\na.", "where a dictionary of id -> array is expected"),
            ("(dV0\nVtext\nsV1\nVtext\ns.", "the array '0' is the text 'text' where numbers are expected"),
            ("(dV0\nI1\nsI0\nI2\ns.", "two of its arrays have the id '0'"),
            ("(dV0\n(dV0\n(dV0\n(dV0\nI1\nssss.", "a dictionary more than 3 deep"),
            ("(d.", "holds no arrays"),
            ("cos\nsystem\n(Vtrue\ntR.", "os.system"),
        ] {
            let said = fault(pickle)
            #expect(said.contains(sentence), "\(said)")
        }
    }

    @Test func theProgramWithoutPythonRefusesPickles() throws {
        let list = try write("dialogue\nx\n".utf8, "list.csv")
        let pickle = try write("(dV0\n(lF1\nas.".utf8, "audio.pkl")
        let request = TableRequest(
            manifest: list, features: [.init(name: "audio", modality: .audio, path: pickle)],
            output: folder.file("o.h5"))
        let fault = #expect(throws: ConversionError.self) { try TableConverter.convert(request) }
        #expect(fault.map { "\($0)".contains("audio.pkl is no NumPy .npy file") } == true)
    }

    // MARK: Mends

    private func convertSample(_ options: String, _ mend: (inout Mending) -> Void) throws -> (ConversionSummary, Store)
    {
        let path = try write(try Samples.pickle(options), "file.pkl")
        var request = ConversionRequest(inputs: [path], output: folder.file("out.h5"))
        request.overwrites = true
        mend(&request.mending)
        let summary = try PickleConverter.convert(request)
        return (summary, try Store(opening: summary.store.path))
    }

    @Test func numbersAreMendedOnRequest() throws {
        let wanted = Samples.rows("audio", order: Samples.baseOrder)
        #expect(throws: StoreError.self) { try convertSample("{\"nan\":true}") { _ in } }
        let (summary, store) = try convertSample("{\"nan\":true}") { $0.replacement = -1 }
        let place = try #require(store.utteranceIDs.firstIndex(of: "Ses01_0"))
        var mended = wanted
        mended[place * Samples.widths["audio"]! + 2] = -1
        #expect(try store.readRows(of: "audio", 0..<store.utteranceCount) == mended)
        #expect(try store.mendedValues(of: "audio") == MendedValues(replaced: 1))
        #expect(try store.mendedValues(of: "visual") == MendedValues())
        #expect(store.provenance?.options == "NaN and infinity replaced by -1.0")
        #expect(summary.warnings.contains("audio: 1 values were NaN or infinite and were replaced by -1.0."))

        // Numbers from -16e38 to 16e38.
        let large = "{\"type\":\"<f8\",\"scale\":1e38}"
        #expect(throws: StoreError.self) { try convertSample(large) { $0.replacement = 0 } }
        let (_, clipped) = try convertSample(large) { $0.clipsToFloat32 = true }
        let most = Double(Float.greatestFiniteMagnitude)
        #expect(
            try clipped.readRows(of: "audio", 0..<clipped.utteranceCount)
                == wanted.map { Float(max(-most, min(most, Double($0) * 1e38))) })
        let beyond = wanted.count { abs(Double($0) * 1e38) > most }
        #expect(try clipped.mendedValues(of: "audio") == MendedValues(clipped: beyond) && beyond > 0)
    }

    @Test func emptyDialoguesAreDroppedOnRequest() throws {
        let options = "{\"counts\":[3,1,4,0,5,2]}"
        let fault = #expect(throws: ConversionError.self) { try convertSample(options) { _ in } }
        #expect(
            fault.map { "\($0)".contains("--drop-empty-dialogues leaves them out") } == true,
            "\(String(describing: fault))")
        let (summary, store) = try convertSample(options) { $0.dropsEmptyDialogues = true }
        let order = Samples.baseOrder.filter { $0 != 3 }
        #expect(store.dialogues.count == order.count)
        #expect(try store.readRows(of: "audio", 0..<store.utteranceCount) == Samples.rows("audio", order: order))
        #expect(store.dialogues.map(\.sourcePosition).sorted() == Array(order.indices))
        #expect(
            summary.warnings.contains { $0.hasPrefix("1 dialogue without utterances dropped: ") }, "\(summary.warnings)"
        )
        #expect(store.provenance?.options == "empty dialogues dropped")
    }
}
