import Foundation

/// `--max-memory`: a bound that the system itself keeps.
enum MemoryLimit {
    /// From now on, requests for memory beyond `mebibytes` fail, which ends a conversion in one sentence.
    /// - Throws: ``MemoryLimitError`` where the system refuses such a limit.
    static func apply(mebibytes: Int) throws {
        var limit = rlimit()
        limit.rlim_cur = rlim_t(mebibytes) << 20
        limit.rlim_max = limit.rlim_cur
        guard setrlimit(__rlimit_resource_t(RLIMIT_DATA.rawValue), &limit) == 0 else {
            throw MemoryLimitError(reason: String(cString: strerror(errno)))
        }
    }
}

/// Why a limit was not set, in one sentence.
struct MemoryLimitError: Error, CustomStringConvertible {
    let reason: String

    var description: String { "--max-memory cannot be kept on this system: \(reason)." }
}
