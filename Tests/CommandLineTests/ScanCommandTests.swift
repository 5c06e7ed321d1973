import Foundation
import HDF5
import TestSupport
import Testing

/// `vuemo scan` as a user runs it: through `vuemo`, which hands over.
@Suite struct ScanCommandTests {
    private func scan(_ content: String, _ options: [String] = []) throws -> BuiltProduct.Outcome {
        let folder = try TemporaryFolder()
        try Data(content.unicodeScalars.map { UInt8($0.value) }).write(to: URL(filePath: folder.file("file.pkl")))
        return try BuiltProduct.run("vuemo", ["scan", folder.file("file.pkl")] + options)
    }

    @Test func theExitStatusTellsSafeUnsafeAndUnreadable() throws {
        let safe = try scan("(lp0\nI1\na.")
        #expect(safe.status == 0)
        #expect(safe.output.hasPrefix("file.pkl: safe\npickle of 10 bytes, protocol 0"))
        let unsafe = try scan("cos\nsystem\n(S'true'\ntR.")
        #expect(unsafe.status == 1)
        #expect(unsafe.output.contains("os.system (DANGEROUS)"))
        #expect(try scan("<html>").status == 2)
        #expect(try BuiltProduct.run("vuemo", ["scan", "/nowhere.pkl"]).status == 2)
    }

    @Test func jsonIsOneObject() throws {
        let outcome = try scan("(lp0\nI1\na.", ["--format", "json"])
        let object = try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
        #expect(object["status"] as? String == "safe")
        #expect(object["protocol"] as? Int == 0)
    }

    @Test func anHDF5FileIsTold() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("sequence.csd")
        let file = try HDF5.File(creating: path)
        for number in 0..<20 {
            let rows = 2 + number % 3
            let name = "/covarep/data/video\(number)/features"
            try file.createDataset(name, type: .float32, shape: [rows, 4]).writeAll(
                [Float](repeating: 1, count: rows * 4))
        }
        try file.createGroup("/covarep/metadata")
        try file.close()
        let outcome = try BuiltProduct.run("vuemo", ["scan", path])
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(
            outcome.output == """
                sequence.csd: safe
                HDF5 file of 24 groups and 20 datasets: a sequence of CMU-MultimodalSDK (.csd)
                group of 1
                  covarep: group of 2
                    data: group of 20
                      by name: group of 1
                        features: dataset float32 (2 to 4, 4)
                    metadata: group of 0

                """)
        let json = try BuiltProduct.run("vuemo", ["scan", "--format", "json", path])
        let object = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
        #expect(object["kind"] as? String == "hdf5" && object["status"] as? String == "safe")
        // Cut short, it is unreadable, and no pickle.
        let bytes = try Data(contentsOf: URL(filePath: path))
        try bytes.prefix(bytes.count / 2).write(to: URL(filePath: folder.file("cut.csd")))
        let cut = try BuiltProduct.run("vuemo", ["scan", folder.file("cut.csd")])
        #expect(cut.status == 2 && cut.output.hasPrefix("cut.csd: unreadable. cut.csd is an HDF5 file that cannot be"))
    }

    @Test func numpyFilesAreTold() throws {
        let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }\n"
        let array = "\u{93}NUMPY\u{1}\u{0}\(Character(Unicode.Scalar(UInt8(header.utf8.count))))\u{0}" + header
        let sound = try scan(array + String(repeating: "\u{0}", count: 24))
        #expect(sound.status == 0 && sound.output == "file.pkl: safe\narray float32 (2, 3)\n")
        #expect(try scan(array).status == 2)
    }

    @Test func filesAreConvertedWithoutASubcommand() throws {
        let folder = try TemporaryFolder()
        try Data("(lp0\nI1\na.".utf8).write(to: URL(filePath: folder.file("numbers.pkl")))
        let outcome = try BuiltProduct.run(
            "vuemo", ["convert", folder.file("numbers.pkl"), "-o", folder.file("out.h5")])
        #expect(outcome.status == 2 && outcome.errors.contains("numbers.pkl is a list of 1"), "\(outcome.errors)")
    }
}
