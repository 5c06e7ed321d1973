public import HDF5

/// A way out of a store, planted into one.
package struct WayOut: Sendable {
    package var name: String
    package var place: String
    package var plant: @Sendable (borrowing File, _ other: String) throws -> Void
}

extension WayOut {
    /// All that a file can hold.
    package static let all: [WayOut] =
        ["/utterances", "/utterances/label", "/features/audio", "/speakers", "/checksums/utterances", "/provenance"].map
    {
        place in
        WayOut(name: "external link at \(place)", place: place) { file, other in
            try file.delete(place)
            try file.createExternalLink(place, file: other, path: place)
        }
    } + [
        WayOut(name: "unknown external link", place: "/mood") { file, other in
            try file.createExternalLink("/mood", file: other, path: "/")
        },
        WayOut(name: "soft link", place: "/checksums/soft") { file, _ in
            try file.createSoftLink("/checksums/soft", to: "/features")
        },
        WayOut(name: "second name", place: "/features/copy") { file, _ in
            try file.createHardLink("/features/copy", to: "/features/audio")
        },
        WayOut(name: "loop", place: "/extra/again") { file, _ in
            try file.createGroup("/extra")
            try file.createHardLink("/extra/again", to: "/extra")
        },
    ]
        + ForeignStorage.allCases.map { storage in
            WayOut(name: "\(storage) storage", place: "/features/audio") { file, _ in
                try file.delete("/features/audio")
                try file.createDataset("/features/audio", storedAs: storage, shape: [45, 7])
            }
        }
}
