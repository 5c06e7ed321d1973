import FeatureStore
import Foundation
import TestSupport
import Testing

/// `vuemo convert` as a user runs it, with a layout of the user's own and with tables.
@Suite struct ConvertCommandTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func write(_ bytes: [UInt8], _ name: String) throws -> String {
        try Data(bytes).write(to: URL(filePath: folder.file(name)))
        return folder.file(name)
    }

    @Test func anOwnLayoutIsGivenWithoutASubcommand() throws {
        let pickle = try write(Array("(lp0\nI1\naI0\na.".utf8), "numbers.pkl")
        let layout = try write(
            Array(
                """
                from contribution import Contribution
                from datasets import Dataset

                def read(content, reader):
                    made = Contribution(reader, "numbers", Dataset("Numbers"))
                    made.take_labels({"d1": content, "d2": content})
                    made.take_feature("audio", "audio", {"d1": [[0.5, 1], [2, 3]], "d2": [[4, 5], [6, 7]]})
                    made.take_splits(train=["d1", "d2"])
                    return made
                """.utf8), "my_layout.py")
        let arguments = [
            "convert", "--layout", layout, pickle, "--valid-fraction", "0.5", "--name", "Renamed", "-o",
            folder.file("out.h5"),
        ]
        let outcome = try BuiltProduct.run("vuemo", arguments)
        #expect(outcome.status == 0, "\(outcome.errors)")
        let store = try Store(opening: folder.file("out.h5"))
        #expect(store.dataset == "Renamed")
        #expect(store.splits.map(\.name) == ["train", "valid"])
        #expect(Array(store.labels) == [1, 0, 1, 0])
        #expect(try BuiltProduct.run("vuemo", ["validate", folder.file("out.h5")]).status == 0)
    }

    @Test func aTableBecomesAStoreWithoutAnyPickle() throws {
        let list = try write(
            Array("dialogue,label,split,text\na,calm,train,Hello\nb,glad,test,There\n".utf8), "list.csv")
        let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1), }\n"
        let matrix = try write(
            [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count), 0] + Array(header.utf8) + [
                0, 0, 0x80, 0x3F, 0, 0, 0, 0x40,
            ],
            "audio.npy")
        let arguments = [
            "convert", "table", list, "--audio", matrix, "--labels", "glad,calm", "-o", folder.file("out.h5"),
        ]
        let outcome = try BuiltProduct.run("vuemo", arguments + ["--format", "json"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        let store = try Store(opening: folder.file("out.h5"))
        #expect(store.labelNames == ["glad", "calm"] && Array(store.labels) == [1, 0])
        #expect(try store.readRows(of: "audio", 0..<2) == [1, 2])
        #expect(try BuiltProduct.run("vuemo", ["convert", "table", list, "-o", folder.file("x.h5")]).status == 64)
        #expect(try BuiltProduct.run("vuemo", arguments).status == 2)
    }

    /// The listing says what docs/layouts.md says, in 80 columns, and both programs give it.
    @Test func theKnownLayoutsAreListed() throws {
        let listing = try BuiltProduct.run("vuemo", ["convert", "--list-layouts"])
        #expect(listing.status == 0 && listing.errors.isEmpty, "\(listing.errors)")
        let lines = listing.output.split(separator: "\n").map(String.init)
        #expect(lines.filter { $0.count > 80 }.isEmpty)
        let said = lines.joined(separator: " ").split(separator: " ").joined(separator: " ")
        let rows = try ProjectFiles.text("docs/layouts.md").split(separator: "\n").filter { $0.hasPrefix("| ") }
        #expect(lines.filter { !$0.hasPrefix(" ") }.count == rows.count)
        for row in rows.dropFirst() {
            let cells = row.dropFirst(2).dropLast(2).components(separatedBy: " | ")
            #expect(said.contains("\(cells[0]) \(cells[3]) \(cells[1]) splits: \(cells[2])"), "\(cells[0])")
        }
        #expect(try BuiltProduct.run("vuemo-convert", ["--list-layouts"]).output == listing.output)
    }

    /// A copy of `vuemo` alone has nothing to hand over to.
    @Test func withoutTheOtherProgramTheListingIsASentence() throws {
        let alone = folder.file("vuemo")
        try FileManager.default.copyItem(atPath: BuiltProduct.folder + "/vuemo", toPath: alone)
        let process = Process()
        let errors = Pipe()
        process.executableURL = URL(filePath: alone)
        process.arguments = ["convert", "--list-layouts"]
        process.environment = ["PATH": folder.path]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = errors
        try process.run()
        let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 2)
        #expect(text.hasPrefix("Error: The layouts cannot be listed: vuemo-convert is neither beside vuemo nor on"))
        #expect(text.split(separator: "\n").count == 1)
    }

    @Test(arguments: ["0", "1", "-0.5", "much"])
    func aShareOfDialoguesIsBetweenZeroAndOne(share: String) throws {
        let outcome = try BuiltProduct.run(
            "vuemo-convert", ["auto", "x.pkl", "--valid-fraction=\(share)", "-o", folder.file("x.h5")])
        #expect(outcome.status == 64)
    }
}
