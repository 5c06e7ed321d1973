import FeatureStore
import Foundation
import HDF5
import TestSupport
import Testing

/// Every command over every hostile input that the repository knows: see ``Attack`` for what must hold.
@Suite struct AttackTests {
    let attack: Attack

    init() throws { attack = try Attack() }

    private var folder: TemporaryFolder { attack.folder }

    @Test(arguments: FindingCase.all) func storesWithAFault(_ planted: FindingCase) throws {
        let store = folder.file("store.h5")
        try planted.plant(at: store)
        let name = "\(planted.code.rawValue) \(planted.place)"
        if planted.code.severity == .error { return try attack.everyCommand(over: store, named: name) }
        // A store that is read all the same, and in which the finding is about what it holds.
        let commands = [
            ["validate", store], ["export", store, "-o", folder.file("out.pkl")],
            ["train", store, "--output", folder.file("new")] + Attack.train,
        ]
        for words in Attack.chosen(commands, of: name) { try attack.run(words) }
    }

    @Test(arguments: WayOut.all) func storesThatLeadOut(_ way: WayOut) throws {
        try SyntheticStore().write(to: folder.file("store.h5"))
        let file = try File(updating: folder.file("store.h5"))
        try way.plant(file, attack.decoy)
        try file.close()
        try attack.everyCommand(over: folder.file("store.h5"), named: "\(way)")
    }

    /// What may have the name of a file: none of it is a store, a pickle, a table or a configuration.
    @Test(arguments: [
        "empty", "text", "zeros", "signature", "half", "hole", "pipe", "folder", "device", "zero", "nothing", "loop",
        "link to pipe",
        "pickle", "archive", "deep", "aliases",
    ])
    func whatHasTheNameOfAFile(_ kind: String) throws {
        let path = folder.file("odd.h5")
        func write(_ data: Data) throws { try data.write(to: URL(filePath: path)) }
        func link(to target: String) throws {
            try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: target)
        }
        let store = try Data(contentsOf: URL(filePath: attack.sound))
        switch kind {
        case "empty": try write(Data())
        case "text": try write(Data("dialogue,label\nd0,joy\r\nd0,\u{1B}[2J\n".utf8))
        case "zeros": try write(Data(count: 5000))
        case "signature": try write(store.prefix(8))
        case "half": try write(store.prefix(store.count / 2))
        case "hole":
            try write(store)
            #expect(truncate(path, 1 << 31) == 0)
        case "pipe": #expect(mkfifo(path, 0o600) == 0)
        case "folder": try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        case "device": try link(to: "/dev/null")
        case "zero": try link(to: "/dev/zero")
        case "nothing": try link(to: "nowhere")
        case "loop": try link(to: "odd.h5")
        case "link to pipe":
            #expect(mkfifo(folder.file("pipe"), 0o600) == 0)
            try link(to: "pipe")
        case "pickle": try write(Data("cos\nsystem\n(Vtouch \(attack.canary)\ntR.".utf8))
        case "archive": try write(Data("PK\u{3}\u{4}".utf8) + Data(count: 100))
        case "deep": try write(Data(String(repeating: "[", count: 60_000).utf8))
        default:
            let levels = (1...30).map { "a\($0): &a\($0) {x: *a\($0 - 1), y: *a\($0 - 1)}\n" }
            try write(Data(("a0: &a0 {x: 1}\n" + levels.joined()).utf8))
        }
        try attack.everyReader(over: path, named: kind)
    }

    /// What stands in the place of a target: only regular files are ever replaced, and only with --force.
    @Test(arguments: ["pipe", "folder", "device", "nothing", "loop", "link to decoy", "file"], [true, false])
    func whatHasTheNameOfATarget(_ kind: String, force: Bool) throws {
        let target = folder.file("target.h5")
        func link(to path: String) throws {
            try FileManager.default.createSymbolicLink(atPath: target, withDestinationPath: path)
        }
        switch kind {
        case "pipe": #expect(mkfifo(target, 0o600) == 0)
        case "folder": try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: false)
        case "device": try link(to: "/dev/null")
        case "nothing": try link(to: "nowhere")
        case "loop": try link(to: "target.h5")
        // Whoever gives --force replaces the file that the link leads to; that is no attack.
        case "link to decoy": try link(to: force ? "/dev/zero" : attack.decoy)
        default: try Data("mine".utf8).write(to: URL(filePath: target))
        }
        let (list, matrix) = (folder.file("list.csv"), folder.file("audio.npy"))
        try Data("dialogue,label\nd0,joy\n".utf8).write(to: URL(filePath: list))
        try ZeroMatrix.write(rows: 1, width: 4, to: matrix)
        let isReplaced = kind == "file" && force
        for words in [
            ["subset", attack.sound, "--split", "train"], ["export", attack.sound, "--form", "npz"],
            ["merge", attack.sound, attack.sound, "--prefix", "a", "--prefix", "b"],
            ["predict", attack.runFolder, attack.sound],
            ["embed", attack.runFolder, attack.sound, "--form", "npz"],
            ["export", attack.runFolder, "--to", "safetensors"],
            ["convert", "table", list, "--audio", matrix],
        ] {
            try attack.run(
                words + ["-o", target] + (force ? ["--force"] : []), statuses: isReplaced ? [0] : [2])
        }
        try attack.run(["train", attack.sound, "--output", target] + Attack.train, statuses: [2])
        var status = stat()
        #expect(lstat(target, &status) == 0)
        let type: mode_t =
            switch kind {
            case "pipe": S_IFIFO
            case "folder": S_IFDIR
            case "file": S_IFREG
            default: S_IFLNK
            }
        #expect(status.st_mode & S_IFMT == type)
        if kind == "file", !force { #expect(try Data(contentsOf: URL(filePath: target)) == Data("mine".utf8)) }
    }
}
