import Conversion
import FeatureStore
import Foundation
import TestSupport
import Testing

@testable import PickleConversion

/// The same dataset packed, or written by another library, gives the same store.
@Suite struct PackedPickleTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func convert(_ options: String) throws -> (ConversionSummary, String) {
        let path = try Samples.write(try Samples.pickle("{\(options)}"), "features.pkl", in: folder.path)
        var request = ConversionRequest(inputs: [path], output: folder.file("out.h5"))
        request.overwrites = true
        var last = ConversionProgress(stage: "", completed: 0, total: 1)
        let summary = try PickleConverter.convert(request) { progress in
            #expect(progress.completed <= progress.total, "\(progress)")
            if progress.stage == last.stage { #expect(progress.completed >= last.completed, "\(progress)") }
            last = progress
        }
        return (summary, path)
    }

    @Test(arguments: ["gzip", "bzip2", "xz", "lzma", "zlib", "zip"])
    func aContainerIsTakenOff(container: String) throws {
        let (plain, _) = try convert("\"python2\":true")
        let (packed, path) = try convert("\"python2\":true,\"container\":\"\(container)\"")
        #expect(packed.store.contentID == plain.store.contentID)
        #expect(packed.warnings == plain.warnings)
        // The digest is that of the file as it lies on disk.
        let source = try #require(try Store(opening: packed.store.path).provenance?.sources.first)
        var digest = SHA256Digest()
        let bytes = try Data(contentsOf: URL(filePath: path))
        bytes.withUnsafeBytes { digest.update($0) }
        #expect(source.sha256 == digest.hexadecimal() && source.bytes == bytes.count && source.name == "features.pkl")
        let found = try PickleScanner.scan(path)
        #expect(found.status == .safe && found.container == container && found.bytes == bytes.count)
        #expect(found.layouts == ["IEMOCAP base (9 fields)"])
    }

    @Test(arguments: ["joblib", "torch-old", "tensors"], [2, 3, 4, 5])
    func whatLibraryWroteItIsNoMatter(form: String, number: Int) throws {
        for rows in ["arrays", "matrix", "fortran"] {
            let options = "\"python2\":false,\"protocol\":\(number),\"rows\":\"\(rows)\""
            let (plain, _) = try convert(options)
            let (other, path) = try convert("\(options),\"form\":\"\(form)\"")
            #expect(other.store.contentID == plain.store.contentID, "\(rows)")
            let found = try PickleScanner.scan(path)
            #expect(found.status == .safe && found.layouts == ["IEMOCAP base (9 fields)"])
            #expect(found.kind == (form == "torch-old" ? "torch-before-1.6" : "pickle"))
        }
    }

    @Test(arguments: [("torch-old", "xz"), ("joblib", "zlib"), ("tensors", "zip"), ("torch", "gzip")])
    func bothAtOnce(form: String, container: String) throws {
        let (plain, _) = try convert("\"python2\":false")
        let (packed, _) = try convert("\"python2\":false,\"form\":\"\(form)\",\"container\":\"\(container)\"")
        #expect(packed.store.contentID == plain.store.contentID)
    }

    /// What is packed is judged as what lies open, and none of it runs.
    @Test(arguments: ["gzip", "bzip2", "xz", "lzma", "zlib", "zip"])
    func whatIsHostileStaysSo(container: String) throws {
        let canary = folder.file("canary")
        let hostile = Array("cos\nsystem\n(S'touch \(canary)'\ntR.".utf8)
        let packed = try Samples.call(
            "joblib_files", "packed",
            [try Python.bytes(count: hostile.count) { $0.copyBytes(from: hostile) }, try Python.string(container)]
        ).withContent { Array($0) }
        let outcome = try HostilePickleTests.load(packed)
        #expect(outcome.kind == "UnsafePickle" && outcome.sentence.contains("asks for os.system"))
        #expect(outcome.events == [] && outcome.modules == [])
        #expect(!FileManager.default.fileExists(atPath: canary))
    }
}
