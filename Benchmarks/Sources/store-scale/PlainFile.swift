import Foundation

/// Files written and read without looking at their bytes: what the disk and the system can do.
enum PlainFile {
    static func size(_ path: String) throws -> Int {
        var status = stat()
        guard stat(path, &status) == 0 else {
            throw Failure("\(path) cannot be read: \(String(cString: strerror(errno)))")
        }
        return Int(status.st_size)
    }

    /// Writes so many bytes to a new file, waits until they are on the disk, and removes it.
    /// - Returns: The seconds of writing.
    static func write(_ bytes: Int, in folder: String) throws -> Double {
        let path = folder + "/plain"
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        guard descriptor >= 0 else { throw Failure("\(path) cannot be written: \(String(cString: strerror(errno)))") }
        defer {
            close(descriptor)
            unlink(path)
        }
        let buffer = [UInt8](repeating: 1, count: 1 << 20)
        return try seconds {
            var left = bytes
            while left > 0 {
                let count = Foundation.write(descriptor, buffer, min(left, buffer.count))
                guard count > 0 else { throw Failure("\(path) cannot be written: \(String(cString: strerror(errno)))") }
                left -= count
            }
            guard fsync(descriptor) == 0 else {
                throw Failure("\(path) cannot be written: \(String(cString: strerror(errno)))")
            }
        }
    }

    /// Reads a file from its beginning to its end.
    /// - Returns: The seconds.
    static func read(_ path: String) throws -> Double {
        let descriptor = open(path, O_RDONLY)
        guard descriptor >= 0 else { throw Failure("\(path) cannot be read: \(String(cString: strerror(errno)))") }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        return seconds { while Foundation.read(descriptor, &buffer, buffer.count) > 0 {} }
    }

    /// Brings a file into the system's memory, or takes it out of it.
    static func setCached(_ path: String, _ isCached: Bool) throws {
        if isCached {
            _ = try read(path)
        } else {
            let descriptor = open(path, O_RDONLY)
            defer { close(descriptor) }
            guard posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED) == 0 else {
                throw Failure("the system keeps \(path) in memory")
            }
        }
    }

    private static func seconds(_ body: () throws -> Void) rethrows -> Double {
        let start = ContinuousClock.now
        try body()
        let taken = (ContinuousClock.now - start).components
        return Double(taken.seconds) + Double(taken.attoseconds) / 1e18
    }
}
