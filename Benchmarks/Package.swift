// swift-tools-version: 6.1
import PackageDescription

// Measurements that are too large for the tests. A package of its own, so that nothing else waits for it.
let package = Package(
    name: "Benchmarks",
    dependencies: [.package(name: "vuemo", path: "..")],
    targets: [
        .executableTarget(
            name: "store-scale",
            dependencies: [.product(name: "FeatureStore", package: "vuemo")])
    ],
    swiftLanguageModes: [.v6]
)
