import Conversion
import TestSupport
import Testing

@testable import PickleConversion

/// Nothing is overwritten, half-written or left behind.
@Suite struct OutputTests {
    let folder: TemporaryFolder
    let inputs: [String]

    init() throws {
        folder = try TemporaryFolder()
        inputs = try Samples.pair("IEMOCAP", in: folder.path)
    }

    private func refusal(_ request: ConversionRequest) -> String {
        let fault = #expect(throws: ConversionError.self) { try PickleConverter.convert(request) }
        return fault.map { "\($0)" } ?? ""
    }

    @Test func anExistingFileIsKeptWithoutForce() throws {
        let out = try Samples.write([1, 2, 3], "out.h5", in: folder.path)
        #expect(refusal(ConversionRequest(inputs: inputs, output: out)).contains("it exists already; give --force"))
        #expect(try readBytes(out) == [1, 2, 3])
    }

    @Test func aFailedReplacementKeepsTheOldFile() throws {
        let out = try Samples.write([1, 2, 3], "out.h5", in: folder.path)
        var request = ConversionRequest(inputs: [inputs[0], inputs[0]], output: out)
        request.overwrites = true
        #expect(refusal(request) != "")
        #expect(try readBytes(out) == [1, 2, 3])
    }

    @Test func aMissingFolderIsNamedBeforeAnythingIsRead() throws {
        let request = ConversionRequest(inputs: ["/does/not/exist.pkl"], output: folder.file("no/out.h5"))
        #expect(refusal(request).hasSuffix("there is no folder \(folder.file("no")); create it first."))
    }

    @Test func anInputIsNeverOverwritten() throws {
        var request = ConversionRequest(inputs: inputs, output: inputs[1])
        request.overwrites = true
        #expect(refusal(request).contains("it is one of the files to be converted"))
    }

    @Test func missingFilesAndFoldersAreNamed() throws {
        #expect(
            refusal(ConversionRequest(inputs: ["/nowhere.pkl"], output: folder.file("out.h5")))
                == "/nowhere.pkl cannot be read: there is no such file; check the path.")
        #expect(
            refusal(ConversionRequest(inputs: [folder.path], output: folder.file("out.h5")))
                == "The folder \(folder.path.split(separator: "/").last ?? "") holds no pickles that are called by their splits, as train.pkl, dev.pkl and test.pkl are; give the files themselves."
        )
    }

    struct Stop: Error {}

    @Test(arguments: ["Reading base.pkl", "Reading roberta.pkl", "Writing features"])
    func stoppingAtAnyStageLeavesNothing(stage: String) throws {
        let request = ConversionRequest(inputs: inputs, output: folder.file("out.h5"))
        for atStart in [true, false] {
            #expect(throws: Stop.self) {
                try PickleConverter.convert(request) { progress in
                    if progress.stage == stage, atStart || progress.completed > 0 { throw Stop() }
                }
            }
            #expect(try folder.names().sorted() == ["base.pkl", "roberta.pkl"])
        }
    }

    @Test func progressReachesItsTotal() throws {
        var last: [String: ConversionProgress] = [:]
        _ = try PickleConverter.convert(ConversionRequest(inputs: inputs, output: folder.file("out.h5"))) {
            last[$0.stage] = $0
        }
        #expect(last["Writing features"].map { $0.completed == $0.total } == true)
    }
}
