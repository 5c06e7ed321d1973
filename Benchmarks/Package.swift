// swift-tools-version: 6.1
import PackageDescription

// A package of its own, so that nobody who builds vuemo builds its measurements.
let package = Package(
    name: "vuemo-benchmarks",
    dependencies: [
        .package(name: "vuemo", path: ".."),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    ],
    targets: [
        .executableTarget(
            name: "store-scale",
            dependencies: [.product(name: "ArgumentParser", package: "swift-argument-parser")]),
        .target(name: "CMachine", cSettings: [.unsafeFlags(["-O3"])]),
        .executableTarget(
            name: "vuemo-benchmarks",
            dependencies: [
                "CMachine",
                .product(name: "Engine", package: "vuemo"),
                .product(name: "VUEMO", package: "vuemo"),
                .product(name: "FeatureStore", package: "vuemo"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
    ],
    swiftLanguageModes: [.v6]
)
