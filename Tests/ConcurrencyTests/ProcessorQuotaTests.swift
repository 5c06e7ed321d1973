import Concurrency
import Foundation
import TestSupport
import Testing

/// What control groups leave to a process, from files as Linux, Docker and Slurm have them.
@Suite struct ProcessorQuotaTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func plant(_ files: [String: String]) throws -> Double? {
        for (path, text) in files {
            let url = URL(filePath: folder.file(path))
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: url)
        }
        return ProcessorQuota(root: folder.path).processors
    }

    private static let unified = "24 1 0:22 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n"
    private static let divided = """
        31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755
        32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct
        35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory

        """

    @Test func ofVersionTwo() throws {
        let quota = try plant([
            "proc/self/mountinfo": Self.unified, "proc/self/cgroup": "0::/user.slice/job\n",
            "sys/fs/cgroup/user.slice/job/cpu.max": "250000 100000\n",
            "sys/fs/cgroup/user.slice/cpu.max": "max 100000\n",
        ])
        #expect(quota == 2.5)
    }

    /// A group above can leave less.
    @Test func theLeastOfAllAbove() throws {
        let quota = try plant([
            "proc/self/mountinfo": Self.unified, "proc/self/cgroup": "0::/a/b/c\n",
            "sys/fs/cgroup/a/b/c/cpu.max": "800000 100000\n", "sys/fs/cgroup/a/b/cpu.max": "max 100000\n",
            "sys/fs/cgroup/a/cpu.max": "150000 50000\n",
        ])
        #expect(quota == 3)
    }

    @Test func ofVersionOne() throws {
        let files = [
            "proc/self/mountinfo": Self.divided,
            "proc/self/cgroup": "4:memory:/job\n3:cpu,cpuacct:/job\n1:name=systemd:/\n",
            "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "-1\n",
            "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": "100000\n",
            "sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_quota_us": "200000\n",
            "sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_period_us": "100000\n",
        ]
        #expect(try plant(files) == 2)
        #expect(try plant(["sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_quota_us": "-1\n"]) == nil)
    }

    /// In a container that sees the paths of the machine, its own group is the top of the mount.
    @Test(arguments: ["/docker/0123", "/", "/.."])
    func inAContainer(group: String) throws {
        let quota = try plant([
            "proc/self/mountinfo": "32 31 0:29 /docker/0123 /sys/fs/cgroup/cpu ro - cgroup cgroup rw,cpu\n",
            "proc/self/cgroup": "3:cpu:\(group)\n", "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "100000\n",
            "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
        ])
        #expect(quota == 1)
    }

    @Test func aMountPointWithASpace() throws {
        let quota = try plant([
            "proc/self/mountinfo": "24 1 0:22 / /my\\040groups rw - cgroup2 cgroup2 rw\n", "proc/self/cgroup": "0::/\n",
            "my groups/cpu.max": "400000 100000",
        ])
        #expect(quota == 4)
    }

    @Test(arguments: [
        [:], ["proc/self/mountinfo": unified], ["proc/self/cgroup": "0::/\n"],
        ["proc/self/mountinfo": "nonsense\n- -\n", "proc/self/cgroup": "nonsense\n0::\n::\n"],
        ["proc/self/mountinfo": unified, "proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "many 100000\n"],
        ["proc/self/mountinfo": unified, "proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "200000 0\n"],
        ["proc/self/mountinfo": unified, "proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": ""],
    ])
    func nothingIsBoundedWhereNothingSaysSo(files: [String: String]) throws {
        #expect(try plant(files) == nil)
    }

    @Test func aProcessHasAProcessor() {
        #expect((1...4096).contains(Compute.processors))
    }
}
