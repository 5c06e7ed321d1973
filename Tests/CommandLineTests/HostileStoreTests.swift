import FeatureStore
import Foundation
import HDF5
import TestSupport
import Testing

/// No command opens another file than the store it was given, and none waits for a pipe.
@Suite(.timeLimit(.minutes(2))) struct HostileStoreTests {
    static func commands(_ store: String, in folder: TemporaryFolder) -> [[String]] {
        [
            ["info", store], ["validate", store], ["validate", "--quick", store],
            ["diff", store, folder.file("sound.h5")],
            ["export", store, "-o", folder.file("out.pkl")],
            ["subset", store, "--split", "train", "-o", folder.file("out.h5")],
            ["merge", store, folder.file("sound.h5"), "-o", folder.file("out.h5")],
            ["train", store, "--epochs", "1", "--output", folder.file("run"), "--quiet"],
        ]
    }

    @Test(arguments: ["/utterances", "/features/audio", "/checksums/labels", "/mood"])
    func linksAreNotFollowed(_ place: String) throws {
        let folder = try TemporaryFolder()
        for name in ["store.h5", "other.h5", "sound.h5"] { try SyntheticStore().write(to: folder.file(name)) }
        let file = try File(updating: folder.file("store.h5"))
        if file.exists(place) { try file.delete(place) }
        try file.createExternalLink(place, file: folder.file("other.h5"), path: place)
        try file.close()
        let canary = try Canary(folder.file("other.h5"))
        for arguments in Self.commands(folder.file("store.h5"), in: folder) {
            let outcome = try BuiltProduct.run("vuemo", arguments)
            #expect([1, 2].contains(outcome.status), "\(arguments): \(outcome.status) \(outcome.errors)")
            #expect((outcome.output + outcome.errors).contains("\(place)"), "\(arguments): \(outcome.errors)")
            #expect(!canary.wasOpened, "\(arguments)")
        }
    }

    @Test func pipesAreNotWaitedFor() throws {
        let folder = try TemporaryFolder()
        try SyntheticStore().write(to: folder.file("sound.h5"))
        #expect(mkfifo(folder.file("pipe.h5"), 0o600) == 0)
        for arguments in Self.commands(folder.file("pipe.h5"), in: folder) {
            let outcome = try BuiltProduct.run("vuemo", arguments)
            #expect([1, 2].contains(outcome.status), "\(arguments): \(outcome.status)")
            #expect(outcome.errors.contains("regular file"), "\(arguments): \(outcome.errors)")
        }
    }
}

/// Headers whose checksums are good and whose content is not: no command ends by a signal.
@Suite(.timeLimit(.minutes(2))) struct CraftedStoreTests {
    /// HDF5's number of a message, where in it a number is put, and what that number is. Each of these ended libhdf5 1.10.
    static let changes: [(message: UInt8, place: Int, number: UInt64)] = [
        (2, 2, .max - 8), (21, 2, .max - 8), (6, 0, 9), (1, 4, 1 << 50),
    ]

    @Test(arguments: changes.indices) func commandsEndInASentence(_ index: Int) throws {
        let (message, place, number) = Self.changes[index]
        let folder = try TemporaryFolder()
        for name in ["store.h5", "sound.h5"] { try SyntheticStore().write(to: folder.file(name)) }
        var forge = try HeaderForge(folder.file("store.h5"))
        // Of the root, of a group and of a dataset.
        for content in [forge.messages(message).first, forge.messages(message).last].compactMap(\.self) {
            forge.put(number, at: content.lowerBound + place)
        }
        try forge.write(to: folder.file("store.h5"))
        for arguments in HostileStoreTests.commands(folder.file("store.h5"), in: folder) {
            let outcome = try BuiltProduct.run("vuemo", arguments)
            #expect([1, 2].contains(outcome.status), "\(arguments): \(outcome.status) \(outcome.errors)")
            #expect((outcome.output + outcome.errors).contains("header"), "\(arguments): \(outcome.errors)")
            #expect(!outcome.errors.contains("breaks down"), "\(arguments)")
        }
        #expect(try folder.names() == ["sound.h5", "store.h5"])
    }
}
