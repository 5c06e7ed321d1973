import Foundation
import TestSupport
import Testing

@testable import HDF5

/// The last resort, in processes of their own.
@Suite struct FileFaultsTests {
    @Test func faultsOfTheLibraryEndInASentence() async throws {
        let outcome = try await #require(
            processExitsWith: .exitCode(2), observing: [\.standardErrorContent, \.standardOutputContent]
        ) {
            let folder = try TemporaryFolder()
            let path = folder.file("wild\u{1b}\".h5")
            try File(creating: path).close()
            FileFaults.endProcess(status: 2, asJSON: true)
            let file = try File(opening: path)
            Library.run(file.file) { UnsafeMutablePointer<UInt8>(bitPattern: 8)!.pointee = 1 }
        }
        let errors = String(decoding: outcome.standardErrorContent, as: UTF8.self)
        #expect(errors.contains(/Error: cannot read '.*wild\?\?\.h5': the HDF5 library breaks down on it, .*\.\n/))
        let object = try #require(
            outcome.standardOutputContent.split(separator: UInt8(ascii: "\n")).first {
                $0.starts(with: "{\"error\"".utf8)
            })
        let json = try #require(try JSONSerialization.jsonObject(with: Data(object)) as? [String: String])
        #expect(json["where"]?.hasSuffix("wild??.h5") == true)
        #expect(json["hint"] == "copy the file again or make it again")
    }

    @Test func abortsOfTheLibraryEndInASentence() async throws {
        await #expect(processExitsWith: .exitCode(2)) {
            let folder = try TemporaryFolder()
            try File(creating: folder.file("file.h5")).close()
            FileFaults.endProcess(status: 2)
            let file = try File(opening: folder.file("file.h5"))
            Library.run(file.file) { abort() }
        }
    }

    @Test func otherFaultsStayWhatTheyAre() async throws {
        await #expect(processExitsWith: .signal(SIGABRT)) {
            let folder = try TemporaryFolder()
            try File(creating: folder.file("file.h5")).close()
            FileFaults.endProcess(status: 2)
            let file = try File(opening: folder.file("file.h5"))
            _ = try file.memberNames(of: "/")
            abort()
        }
        await #expect(processExitsWith: .signal(SIGABRT)) {
            FileFaults.endProcess(status: 2)
            let folder = try TemporaryFolder()
            let file = try File(creating: folder.file("written.h5"))
            // A file that is written is not read.
            Library.run(file.file) { abort() }
        }
    }
}
