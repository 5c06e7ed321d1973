import Foundation

/// The share of the processors that control groups leave to this process, read from the files of Linux.
///
/// Containers, Slurm and systemd bound programs so: the machine may have 64 processors and the process time on two of them. Threads
/// beyond the share only wait for each other.
package struct ProcessorQuota {
    /// Where `proc` and the mount points lie; not "/" in tests.
    private let root: String

    package init(root: String = "/") { self.root = root }

    /// Processors' worth of time: the least that the process's group or one above it may take; nil where none is bounded.
    package var processors: Double? {
        var quotas: [Double] = []
        for line in lines("proc/self/cgroup") {
            // "4:cpu,cpuacct:/group", or "0::/group" of version 2.
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 3 else { continue }
            let isUnified = parts[0] == "0" && parts[1].isEmpty
            guard isUnified || parts[1].split(separator: ",").contains("cpu") else { continue }
            for mount in mounts where mount.holds(isUnified: isUnified) {
                for folder in mount.folders(ofGroup: parts[2]) {
                    if let quota = isUnified ? unified(folder) : divided(folder) { quotas.append(quota) }
                }
            }
        }
        return quotas.min()
    }

    /// Version 2, `cpu.max`: "200000 100000" are two processors, "max 100000" all.
    private func unified(_ folder: String) -> Double? {
        let words = lines(folder + "/cpu.max").first?.split(separator: " ") ?? []
        guard words.count == 2 else { return nil }
        return share(words[0], words[1])
    }

    /// Version 1: a quota of -1 is none.
    private func divided(_ folder: String) -> Double? {
        guard let quota = lines(folder + "/cpu.cfs_quota_us").first,
            let period = lines(folder + "/cpu.cfs_period_us").first
        else { return nil }
        return share(quota, period)
    }

    private func share(_ quota: some StringProtocol, _ period: some StringProtocol) -> Double? {
        guard let quota = Double(quota), let period = Double(period), quota > 0, period > 0 else { return nil }
        return quota / period
    }

    /// A file system of groups.
    private struct Mount {
        /// The group at its top.
        let group: String
        let point: String
        let type: String
        let options: [Substring]

        func holds(isUnified: Bool) -> Bool {
            isUnified ? type == "cgroup2" : type == "cgroup" && options.contains("cpu")
        }

        /// The folders of a group and of those above it. In a container the group's path can be that of the machine, which is not
        /// there: the top is then the container's own group.
        func folders(ofGroup path: String) -> [String] {
            var inside = path
            if group != "/", inside == group || inside.hasPrefix(group + "/") { inside.removeFirst(group.count) }
            let names = inside.split(separator: "/")
            guard !names.contains("..") else { return [point] }
            return (0...names.count).map { ([point] + names.prefix($0).map(String.init)).joined(separator: "/") }
        }
    }

    private var mounts: [Mount] {
        lines("proc/self/mountinfo").compactMap { line in
            // "32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu"
            let words = line.split(separator: " ")
            guard let dash = words.firstIndex(of: "-"), dash >= 5, words.count > dash + 3 else { return nil }
            return Mount(
                group: Self.unescaped(words[3]), point: Self.unescaped(words[4]), type: String(words[dash + 1]),
                options: words[dash + 3].split(separator: ","))
        }
    }

    /// The kernel writes a space as \040.
    private static func unescaped(_ word: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = ArraySlice(word.utf8)
        while let byte = rest.popFirst() {
            let digits = rest.prefix(3)
            if byte == UInt8(ascii: "\\"), digits.count == 3,
                let code = UInt8(String(decoding: digits, as: UTF8.self), radix: 8)
            {
                bytes.append(code)
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func lines(_ path: String) -> [Substring] {
        let text = try? String(contentsOfFile: root + "/" + path, encoding: .utf8)
        return text?.split(separator: "\n") ?? []
    }
}
