import SystemPackage

/// Whole transfers over open descriptors. Calls that a signal breaks off are made again.
public enum Descriptors {
    /// Reads until `buffer` is full or the file ends.
    /// - Parameters:
    ///   - descriptor: an open file.
    ///   - position: the first byte, counted from the beginning of the file; the descriptor's own position stays.
    ///   - name: the file's path, for errors.
    /// - Returns: The bytes read: fewer than there is room for where the file ends.
    /// - Throws: ``FilesError`` where the system refuses.
    public static func read(
        _ descriptor: Int32, at position: Int, into buffer: UnsafeMutableRawBufferPointer, name: String
    ) throws(FilesError) -> Int {
        var done = 0
        do {
            while done < buffer.count {
                let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
                let got = try FileDescriptor(rawValue: descriptor).read(
                    fromAbsoluteOffset: Int64(position + done), into: rest, retryOnInterrupt: true)
                if got == 0 { break }
                done += got
            }
        } catch {
            throw failure("read", name, error)
        }
        return done
    }

    /// Writes all bytes.
    /// - Throws: ``FilesError`` where the system refuses.
    public static func write(
        _ bytes: [UInt8], to descriptor: Int32, name: String
    ) throws(FilesError) {
        do {
            try FileDescriptor(rawValue: descriptor).writeAll(bytes)
        } catch {
            throw failure("write", name, error)
        }
    }

    private static func failure(_ operation: String, _ name: String, _ error: any Error) -> FilesError {
        guard let error = error as? Errno else { return FilesError(operation, name, "\(error)") }
        return FilesError(operation, name, systemError: error.rawValue)
    }
}
