import ArgumentParser
import Foundation
import PickleConversion

/// One conversion from the command line: progress, warnings, summary, signals.
struct ConversionRun {
    let inputs: [String]
    var dataset: ConvertibleDataset?
    var layout: String?
    let options: ConvertOptions

    /// Converts and prints the summary.
    /// - Throws: The converter's errors, each one sentence; exit code 130 after an interruption.
    func run() throws {
        try Self.run(options) { progress in try PickleConverter.convert(request, progress: progress) }
    }

    /// Runs any conversion with progress, and prints its warnings and its summary.
    static func run(
        _ options: ConvertOptions, _ convert: (@escaping ConversionProgressHandler) throws -> ConversionSummary
    ) throws {
        Interruption.install()
        try options.bounds.apply()
        let line = ProgressLine(quiet: options.quiet)
        let began = ContinuousClock.now
        do {
            let summary = try convert { progress in
                try Interruption.check()
                line.show(progress)
            }
            line.clear()
            let took = ContinuousClock.now - began
            let seconds = Double(took.components.seconds) + Double(took.components.attoseconds) / 1e18
            for warning in summary.warnings { complain("warning: \(warning)") }
            let text = SummaryText(summary: summary, seconds: seconds)
            print(options.format == .json ? try text.json : text.text)
        } catch is Interruption.Interrupted {
            line.clear()
            complain("Interrupted: what was written so far is removed, and \(options.output) is as it was before.")
            throw ExitCode(130)
        } catch {
            line.clear()
            throw error
        }
    }

    private var request: ConversionRequest {
        var request = ConversionRequest(inputs: inputs, output: options.output, dataset: dataset)
        request.layout = layout
        request.name = options.name
        request.splitChoice = options.splitChoice
        request.overwrites = options.force
        request.keepsNonFiniteValues = options.keepNonFinite
        request.compressionLevel = options.compress
        request.created = Self.sourceDate
        request.toolVersion = VuemoConvert.version
        return request
    }

    /// The time of `SOURCE_DATE_EPOCH`, which reproducible builds set. The time of day is never written, so that the same
    /// input gives the same bytes.
    static var sourceDate: String? {
        guard let text = ProcessInfo.processInfo.environment["SOURCE_DATE_EPOCH"], let seconds = Double(text) else {
            return nil
        }
        return Date(timeIntervalSince1970: seconds).formatted(.iso8601)
    }

    private static func complain(_ text: String) {
        FileHandle.standardError.write(Data("\(text)\n".utf8))
    }
}
