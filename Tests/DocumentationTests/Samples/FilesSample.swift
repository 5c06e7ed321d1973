import Files
import Foundation
import TestSupport
import Testing

extension ModuleDocumentTests {
    @Test func filesSample() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("losses.csv")
        // sample
        let output = OutputPath(path)
        try output.check(inputs: [])  // Refuses what is there already, before any work is done.
        try TextFile.replace(path, with: "epoch,loss\n")
        try TextFile.append("1,0.93\n", to: path)
        // end
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "epoch,loss\n1,0.93\n")
    }
}
