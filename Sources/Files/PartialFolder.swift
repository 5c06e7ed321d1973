import Foundation

/// A hidden folder beside a target, in which the target is made before it gets its name.
///
/// It is called `.NAME.xxxxxxxx.partial` and holds the file or folder NAME and a file `lock`, which the process that made it keeps
/// locked. A killed process leaves the folder behind; its lock ends with the process, so the next one that makes the same target
/// knows that nobody works in it (``removeAbandoned(of:)``).
public final class PartialFolder {
    /// What abandoned folders held.
    public struct Leftovers: Equatable, Sendable {
        /// How many folders there were.
        public var folders = 0
        /// The room on the disk that they took.
        public var bytes = 0

        /// None.
        public init() {}

        /// Adds others.
        public static func += (left: inout Leftovers, right: Leftovers) {
            left.folders += right.folders
            left.bytes += right.bytes
        }
    }

    private static let lockName = "lock"
    private let folder: String
    private let lock: Int32
    /// Where the target is made: it has the target's name and does not exist yet.
    public let content: String

    /// Makes a folder beside `target` and locks it.
    /// - Parameters:
    ///   - target: the final path; not a link.
    ///   - name: the path as the user gave it, for errors.
    /// - Throws: ``FilesError`` where the system refuses.
    public init(beside target: String, reportedAs name: String) throws(FilesError) {
        let place = Place(of: target)
        while true {
            let folder = place.path(of: place.prefix + Self.randomDigits() + Self.suffix)
            guard mkdir(folder, 0o700) == 0 else {
                if errno == EEXIST { continue }
                throw FilesError("write", name, systemError: errno)
            }
            switch Self.lock(folder) {
            case .held(let descriptor), .impossible(let descriptor):
                (self.folder, lock) = (folder, descriptor)
                content = folder + "/" + place.name
                return
            // Another process took the folder for an abandoned one before it was locked, and removes it.
            case .elsewhere, .failed(ENOENT): continue
            case .failed(let code):
                rmdir(folder)
                throw FilesError("write", name, systemError: code)
            }
        }
    }

    deinit { close(lock) }

    /// Removes the folder and what is left in it.
    public func remove() { Self.clear(folder, name: PathParts.name(of: content)) }

    /// Removes the folders that killed processes left when they made `target`. One in which a process works stays, and so does one of
    /// another user, or with other things in it.
    public static func removeAbandoned(of target: String) -> Leftovers {
        let place = Place(of: AtomicFile.resolvingLink(target))
        var removed = Leftovers()
        for entry in (try? FileManager.default.contentsOfDirectory(atPath: place.folder)) ?? []
        where place.isPartial(entry) {
            let folder = place.path(of: entry)
            var information = stat()
            guard lstat(folder, &information) == 0, information.st_mode & S_IFMT == S_IFDIR,
                information.st_uid == geteuid(),
                let held = try? FileManager.default.contentsOfDirectory(atPath: folder),
                held.allSatisfy({ $0 == lockName || $0.utf8.elementsEqual(place.name.utf8) })
            else { continue }
            switch lock(folder) {
            case .held(let descriptor):
                removed.folders += 1
                removed.bytes += size(of: folder)
                clear(folder, name: place.name)
                close(descriptor)
            case .impossible(let descriptor): close(descriptor)
            case .elsewhere, .failed: break
            }
        }
        return removed
    }

    private static let suffix = ".partial"

    private static func randomDigits() -> String {
        String(format: "%08x", UInt32.random(in: 0...UInt32.max))
    }

    private enum Lock {
        /// It is this process's as long as the descriptor is open.
        case held(Int32)
        /// The file system has no locks, as some network file systems; nothing is taken for abandoned there.
        case impossible(Int32)
        /// Another process has it.
        case elsewhere
        /// The system refused with this code; ENOENT where the folder is gone.
        case failed(Int32)
    }

    /// Locks a folder by the file in it.
    private static func lock(_ folder: String) -> Lock {
        let path = folder + "/" + lockName
        let descriptor = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return .failed(errno) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            guard errno == EWOULDBLOCK else { return .impossible(descriptor) }
            close(descriptor)
            return .elsewhere
        }
        // Who removes a folder unlinks the file before its lock ends.
        var (own, named) = (stat(), stat())
        guard fstat(descriptor, &own) == 0, lstat(path, &named) == 0, own.st_ino == named.st_ino else {
            close(descriptor)
            return .failed(ENOENT)
        }
        return .held(descriptor)
    }

    private static func clear(_ folder: String, name: String) {
        try? FileManager.default.removeItem(atPath: folder + "/" + name)
        unlink(folder + "/" + lockName)
        rmdir(folder)
    }

    private static func size(of path: String) -> Int {
        var information = stat()
        guard lstat(path, &information) == 0 else { return 0 }
        let own = Int(information.st_blocks) * 512
        guard information.st_mode & S_IFMT == S_IFDIR else { return own }
        return ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).reduce(own) {
            $0 + size(of: path + "/" + $1)
        }
    }

    /// Where a target lies, and what its partial folders are called.
    private struct Place {
        let folder: String
        let name: String
        let prefix: String

        init(of target: String) {
            folder = PathParts.folder(of: target)
            name = PathParts.name(of: target)
            // A name can have 255 bytes, of which the folder's own parts take 18.
            var short = ""
            for scalar in name.unicodeScalars where short.utf8.count < 230 { short.unicodeScalars.append(scalar) }
            prefix = ".\(short)."
        }

        func path(of entry: String) -> String { folder + "/" + entry }

        func isPartial(_ entry: String) -> Bool {
            let (bytes, start, end) = (Array(entry.utf8), Array(prefix.utf8), Array(suffix.utf8))
            return bytes.count == start.count + 8 + end.count && bytes.starts(with: start)
                && bytes.suffix(end.count).elementsEqual(end)
                && bytes[start.count..<start.count + 8].allSatisfy { "0123456789abcdef".utf8.contains($0) }
        }
    }
}
