import Conversion
import FeatureStore
import TableConversion
import TestSupport
import Testing

@testable import PickleConversion

/// A seed means the same for both ways in.
@Suite struct SplitChoiceTests {
    /// The choice of `converters/`, which pickles go through, and that of tables.
    @Test func tablesAndPicklesChooseTheSameDialogues() throws {
        let folder = try TemporaryFolder()
        let choice = SplitChoice(validFraction: 0.4, testFraction: 0.3, seed: 11)
        let inputs = try Samples.pair("IEMOCAP", in: folder.path, both: "\"splits\":\"none\"")
        var request = ConversionRequest(inputs: [inputs[0]], output: folder.file("pickled.h5"))
        request.splitChoice = choice
        let pickled = try Store(opening: try PickleConverter.convert(request).store.path)
        let ids = (0..<6).map { "Ses0\($0)" }
        let list = try Samples.write(
            Array("dialogue\n\(ids.joined(separator: "\n"))".utf8), "list.csv", in: folder.path)
        let header = "{'descr': '|u1', 'fortran_order': False, 'shape': (6, 1), }\n"
        let matrix = try Samples.write(
            [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count), 0] + Array(header.utf8) + [
                1, 2, 3, 4, 5, 6,
            ],
            "audio.npy", in: folder.path)
        var table = TableRequest(
            manifest: list, features: [.init(name: "audio", modality: .audio, path: matrix)],
            output: folder.file("table.h5"))
        table.splitChoice = choice
        let tabled = try Store(opening: try TableConverter.convert(table).store.path)
        #expect(tabled.dialogues.map(\.id) == pickled.dialogues.map(\.id))
        #expect(tabled.dialogues.map(\.split) == pickled.dialogues.map(\.split))
    }
}
