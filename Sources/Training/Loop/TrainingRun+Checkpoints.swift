import Files
import Foundation

extension TrainingRun {
    /// Writes `last.h5`.
    func save() throws {
        try CheckpointFile.write(
            CheckpointHeader(progress: progress, record: record), parameters: model.parameters, optimizer: optimizer,
            to: folder.lastCheckpoint)
    }

    /// Makes `best.h5` what `last.h5` is now. Checkpoints are replaced and never changed, so both can be one file on the disk.
    func publishBest() throws {
        let temporary = folder.bestCheckpoint + ".partial"
        unlink(temporary)
        guard link(folder.lastCheckpoint, temporary) == 0, rename(temporary, folder.bestCheckpoint) == 0 else {
            // The file system has no links.
            return try AtomicFile.replace(folder.bestCheckpoint) { path in
                try FileManager.default.copyItem(atPath: folder.lastCheckpoint, toPath: path)
            }
        }
        // rename(2) does nothing where both names lead to one file already.
        unlink(temporary)
    }
}
