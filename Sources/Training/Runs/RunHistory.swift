import Foundation

extension RunFolder {
    /// The epochs that have ended, as `metrics.jsonl` tells them.
    /// - Throws: `TrainingError` where the file is missing or is not what a run wrote. A last line that a kill cut off is left out.
    public func epochs() throws(TrainingError) -> [EpochMetrics] {
        guard let text = try? String(contentsOfFile: metrics, encoding: .utf8) else {
            throw TrainingError(
                .runFolder, "\(metrics) cannot be read; continue the run with vuemo train --resume \(path).")
        }
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        lines.removeLast()
        var epochs: [EpochMetrics] = []
        for line in lines {
            guard let epoch = try? JSON.decode(EpochMetrics.self, line), epoch.epoch == epochs.count + 1 else {
                throw TrainingError(
                    .runFolder,
                    "\(metrics), line \(epochs.count + 1), is not what vuemo train wrote; it is written again from the checkpoint by "
                        + "vuemo train --resume \(path).")
            }
            epochs.append(epoch)
        }
        return epochs
    }
}
