import FeatureStore
import Files
import Foundation
import Training

extension RunSeries {
    /// Trains several runs at once.
    ///
    /// A run's folder is all that its process is told, and `vuemo train --resume` is what it does: whoever can start that command
    /// somewhere can train the runs of a series there.
    func train(
        on store: Store, jobs: Jobs, skipVerification: Bool, interruption: Interruption, observe: (Event) -> Void
    ) throws -> Outcome {
        var (isChecked, next, isStopping, wasStopped) = (skipVerification, 0, false, false)
        var ends: [Int: (folder: RunFolder, reason: String?)] = [:]
        var working: [(index: Int, process: RunProcess)] = []
        func failed(_ index: Int, _ place: RunFolder, _ reason: String) {
            ends[index] = (place, reason)
            observe(.failed(place, ExperimentError(reason)))
        }
        while true {
            while working.count < jobs.count, next < entries.count, !interruption.isRequested {
                let (index, entry) = (next, entries[next])
                next += 1
                let place = place(of: entry)
                do {
                    let remainder = try remainder(of: entry, store)
                    if case .nothing = remainder {
                        observe(.finishedBefore(place))
                        ends[index] = (place, nil)
                        continue
                    }
                    observe(.run(index: index, count: entries.count, folder: place))
                    if case .all = remainder {
                        // Its hold on the folder ends at once.
                        _ = try prepare(entry, remainder, store, skipVerification: isChecked) { observe(.training($0)) }
                        isChecked = true
                    }
                    waitUntilFree(place)
                    let epochs = entry.configuration.training.epochs
                    let process = try RunProcess(
                        jobs.program,
                        [
                            "train", store.path, "--resume", place.path, "--epochs", "\(epochs)", "--quiet",
                            "--end-with", "\(getpid())",
                        ] + (isChecked ? ["--skip-verification"] : []) + (tensorboard ? ["--tensorboard"] : []),
                        folder: place, epochs: epochs)
                    process.told = (try? place.epochs().count) ?? 0
                    working.append((index, process))
                } catch {
                    failed(index, place, "\(error)")
                }
            }
            if working.isEmpty { break }
            if interruption.isRequested, !isStopping {
                isStopping = true
                for (_, process) in working { process.send(SIGTERM) }
            }
            if interruption.takesCheckpoint() {
                for (_, process) in working { process.send(SIGUSR1) }
            }
            usleep(50_000)
            working = working.filter { index, process in
                tell(process, observe)
                switch process.end() {
                case nil: return true
                case .finished?:
                    tell(process, observe)
                    ends[index] = (process.folder, nil)
                    observe(.finished(process.folder))
                case .stopped?:
                    wasStopped = true
                    if !isStopping {
                        failed(index, process.folder, "its process was told to stop; the same command goes on")
                    }
                case .failed(let reason)?: failed(index, process.folder, reason)
                }
                return false
            }
        }
        if wasStopped && isStopping || next < entries.count { return .interrupted }
        let all = ends.sorted { $0.key < $1.key }.map(\.value)
        return .ended(
            finished: all.filter { $0.reason == nil }.map(\.folder),
            failed: all.compactMap { end in end.reason.map { (end.folder, $0) } })
    }

    /// The process of a command that was killed is killed with it, but takes a moment to end.
    func waitUntilFree(_ place: RunFolder) {
        for _ in 0..<200 {
            do {
                _ = try FolderLock(place.path)
                return
            } catch {
                guard error.systemError == EWOULDBLOCK else { return }
                usleep(50_000)
            }
        }
    }

    /// Tells of the epochs that ended since.
    private func tell(_ process: RunProcess, _ observe: (Event) -> Void) {
        // Lines are added to the file, which is read again only when there are some.
        let size = (try? FileManager.default.attributesOfItem(atPath: process.folder.metrics)[.size] as? Int) ?? -1
        guard size != process.seen else { return }
        process.seen = size
        guard let epochs = try? process.folder.epochs(), epochs.count > process.told else { return }
        for count in process.told + 1...epochs.count {
            let isBest = Array(epochs.prefix(count)).best?.epoch == count
            observe(.epoch(process.folder, epochs[count - 1], epochs: process.epochs, isBest: isBest))
        }
        process.told = epochs.count
    }
}
