import ArgumentParser
import CommandSupport
import Conversion
import ConvertCommands
import HDF5
import PickleConversion
import TableConversion
import TerminalText

/// Pickles are read here, by the embedded Python.
enum EmbeddedPython: PickleProgram {
    static func convert(_ job: PickleJob) throws {
        var request = ConversionRequest(inputs: job.inputs, output: job.options.store.output, dataset: job.dataset)
        request.layout = job.layout
        request.frames = job.frames
        request.regressionClasses = job.regressionClasses
        request.mending = job.options.mending
        request.name = job.options.store.name
        request.splitChoice = job.options.splitChoice
        request.overwrites = job.options.store.force
        request.keepsNonFiniteValues = job.options.store.keepNonFinite
        request.compressionLevel = job.options.store.compression.compress
        request.created = CommandProcess.sourceDate
        request.toolVersion = CommandProcess.version
        try ConversionRun.run(job.options) { progress in try PickleConverter.convert(request, progress: progress) }
    }

    static func convert(_ job: TableJob) throws {
        try ConversionRun.run(job.options) { progress in try PickleConverter.convert(job.request, progress: progress) }
    }

    static func scan(_ options: ScanOptions) throws {
        StopSignals.install()
        try options.memory.apply()
        var worst = ExitStatus.success
        for (index, input) in options.inputs.enumerated() {
            let display = ConversionProgressDisplay(quiet: options.quietness.quiet)
            defer { display.clear() }
            do {
                let found = try find(input) { progress in
                    try StopSignals.check()
                    display.show(progress)
                }
                display.clear()
                switch options.format {
                case .text: try StandardOutput.print((index > 0 ? "\n" : "") + ScanText(found: found).text)
                case .json: try StandardOutput.printRaw(JSONText.of(found, compact: true))
                }
                worst = max(worst, exitStatus(found.status))
            } catch let error as ConversionError {
                display.clear()
                CommandProcess.report(error, from: VuemoConvert.self)
                worst = ExitStatus.failure
            } catch is StopSignals.Stopped {
                display.clear()
                throw CommandProcess.stopped("Interrupted: \(input.escapedForTerminal) was not looked at to its end.")
            }
        }
        if worst != ExitStatus.success { throw ExitCode(worst) }
    }

    /// HDF5 files need no Python: they are looked into with their own library.
    private static func find(_ input: String, progress: @escaping ConversionProgressHandler) throws -> PickleScan {
        guard File.isHDF5(input) else { return try PickleScanner.scan(input, progress: progress) }
        return try HDF5Scan.scan(input) { try StopSignals.check() }
    }

    static func layouts() throws -> String { LayoutsText(layouts: try KnownLayout.all()).text }

    private static func exitStatus(_ status: PickleScan.Status) -> Int32 {
        switch status {
        case .safe: ExitStatus.success
        case .unsafe, .unknown: ExitStatus.found
        case .unsupported, .unreadable: ExitStatus.failure
        }
    }
}
