#pragma once

#include <cstdint>
#include <string>
#include <vector>

/// The 1,797 images of the UCI optical digits set; every fifth one is kept for testing.
struct Digits {
    static constexpr int64_t pixels = 64;
    std::vector<float> images;  ///< count * 64, row-major, 0..1
    std::vector<int64_t> labels;

    int64_t count() const { return static_cast<int64_t>(labels.size()); }
};

/// Reads the data file. Errors: those of SafetensorsFile, digits.content.
Digits load_digits(const std::string& path, bool test);
