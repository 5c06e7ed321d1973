import TestSupport
import Testing

/// A folder with a store and a run that the built command trained on it.
struct TrainedRunFolder {
    let folder: TemporaryFolder
    var store: String { folder.file("store.h5") }
    var run: String { folder.file("run") }

    init() throws {
        folder = try TemporaryFolder()
        try SyntheticStore().write(to: folder.file("store.h5"))
        let outcome = try BuiltProduct.run(
            "vuemo", ["train", store, "--output", run, "--quiet"] + TrainCommandTests.small)
        try #require(outcome.status == 0, "\(outcome.errors)")
    }
}
