import Foundation
import TableConversion
import TestSupport
import Testing

extension ModuleDocumentTests {
    @Test func tableConversionSample() throws {
        let folder = try TemporaryFolder()
        let (list, matrix, output) = (folder.file("list.csv"), folder.file("audio.npy"), folder.file("mine.h5"))
        try "dialogue,label\nd1,calm\nd1,glad\nd2,calm\n".write(toFile: list, atomically: false, encoding: .utf8)
        try ZeroMatrix.write(rows: 3, width: 2, to: matrix)
        // sample
        let audio = TableRequest.Feature(name: "audio", modality: .audio, path: matrix)
        var request = TableRequest(manifest: list, features: [audio], output: output)
        request.dataset = "Mine"
        let summary = try TableConverter.convert(request)
        print(summary.dialogues, summary.utterances)
        // end
        #expect(summary.dialogues == 2 && summary.utterances == 3)
    }
}
