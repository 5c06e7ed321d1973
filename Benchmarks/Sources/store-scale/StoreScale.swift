import ArgumentParser
import Foundation

/// Makes a manifest of millions of utterances with its matrices, converts and validates them with the built programs, and
/// says how fast and with how much memory, next to plain writing and reading of as many bytes.
@main struct StoreScale: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store-scale",
        abstract: "Convert and validate millions of made-up utterances, next to plain writing and reading.",
        discussion: """
            Needs room for the matrices and two stores: 12 GB for 2 million utterances. Everything is removed at the end.

            Example: store-scale /path/with/space --programs .build/release
            """)

    @Argument(help: ArgumentHelp("Where the files are made.", valueName: "folder"))
    var folder: String

    @Option(help: "How many utterances.")
    var utterances = 2_000_000

    @Option(help: ArgumentHelp("The folder of vuemo.", valueName: "folder"))
    var programs = ".build/release"

    @Option(help: "How the manifest is written: csv or jsonl.")
    var manifest = "csv"

    @Option(help: "How often everything is measured; medians are printed.")
    var runs = 3

    func run() throws {
        let place = URL(filePath: folder).appending(path: "store-scale-\(ProcessInfo.processInfo.processIdentifier)")
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: place) }
        let table = MadeUpTable(utterances: utterances, folder: place.path, isJSON: manifest == "jsonl")
        try table.write()
        let store = place.appending(path: "scale.h5").path
        var (writing, converting) = ([Double](), [Measurement]())
        for _ in 0..<runs {
            try? FileManager.default.removeItem(atPath: store)
            let arguments = ["convert", "table", table.manifest] + table.options + ["-o", store, "--quiet"]
            converting.append(try Measurement(of: "\(programs)/vuemo", arguments))
            writing.append(try PlainFile.write(try PlainFile.size(store), in: place.path))
        }
        let bytes = try PlainFile.size(store)
        report("plain writing", bytes, writing)
        report("vuemo convert table", bytes, converting.map(\.seconds), against: writing, peak: converting)
        for isCold in [true, false] {
            var (reading, validating) = ([Double](), [Measurement]())
            for _ in 0..<runs {
                try PlainFile.setCached(store, !isCold)
                reading.append(try PlainFile.read(store))
                try PlainFile.setCached(store, !isCold)
                validating.append(try Measurement(of: "\(programs)/vuemo", ["validate", store, "--fail-on", "error"]))
            }
            let source = isCold ? "from the disk" : "from memory"
            report("plain reading \(source)", bytes, reading)
            report("vuemo validate \(source)", bytes, validating.map(\.seconds), against: reading, peak: validating)
        }
    }

    private func report(
        _ what: String, _ bytes: Int, _ seconds: [Double], against plain: [Double]? = nil, peak: [Measurement] = []
    ) {
        let middle = Self.median(seconds)
        var line =
            "\(what): \(String(format: "%.2f GB in %.2f s, %.2f GB/s", Double(bytes) / 1e9, middle, Double(bytes) / 1e9 / middle))"
        if let plain { line += String(format: ", %.2f of plain", Self.median(plain) / middle) }
        if let most = peak.map(\.peakMebibytes).max() { line += ", peak memory \(most) MiB" }
        print(line)
    }

    private static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
}
