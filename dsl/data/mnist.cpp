#include <cstring>

#include "dsl/data/datasets.h"
#include "runtime/file.h"

namespace lithe::data::datasets {
namespace {

[[noreturn]] void fail(const std::string& path, const std::string& text) {
    throw UserError("mnist.format", "mnist: '" + path + "' " + text);
}

/// The bytes of an idx file: a magic number (0, 0, 8 for bytes, the rank), big-endian sizes, the
/// data.
Array read_idx(const std::string& path, size_t rank) {
    const MappedFile file = MappedFile::open(path);
    const std::span<const std::byte> bytes = file.bytes();
    const auto big_endian = [&](size_t at) {
        uint32_t number;
        std::memcpy(&number, bytes.data() + at, 4);
        return static_cast<int64_t>(__builtin_bswap32(number));
    };
    const size_t header = 4 + 4 * rank;
    if (bytes.size() < header || big_endian(0) != static_cast<int64_t>(0x800 + rank)) {
        fail(path, "is no idx file of bytes with " + std::to_string(rank) + " axes");
    }
    Sizes sizes;
    for (size_t axis = 0; axis < rank; ++axis) sizes.push_back(big_endian(4 + 4 * axis));
    int64_t count = 1;
    for (const int64_t size : sizes) {
        if (__builtin_mul_overflow(count, size, &count))
            fail(path, "has sizes " + str(to_shape(sizes)));
    }
    if (static_cast<uint64_t>(count) != bytes.size() - header) {
        fail(path, "has sizes " + str(to_shape(sizes)) + " and " +
                       std::to_string(bytes.size() - header) + " bytes of data");
    }
    const Array array = Array::empty(DType::u8, sizes);
    std::memcpy(array.raw(), bytes.data() + header, static_cast<size_t>(count));
    return array;
}

}  // namespace

MNIST::MNIST(const std::string& root, Mode mode) : is_train_(mode == Mode::kTrain) {
    const std::string start = root + (is_train_ ? "/train-" : "/t10k-");
    const Array images = read_idx(start + "images-idx3-ubyte", 3);
    const Array labels = read_idx(start + "labels-idx1-ubyte", 1);
    if (images.size(0) != labels.size(0)) {
        fail(root, "holds " + std::to_string(images.size(0)) + " images and " +
                       std::to_string(labels.size(0)) + " labels");
    }
    images_ = Tensor::from(images.to(DType::f32)).unsqueeze(1) / 255;
    targets_ = Tensor::from(labels.to(DType::i64));
}

Example<> MNIST::get(size_t index) {
    const auto i = static_cast<int64_t>(index);
    return {images_.select(0, i), targets_.select(0, i)};
}

std::optional<size_t> MNIST::size() const {
    return static_cast<size_t>(images_.size(0).constant());
}

}  // namespace lithe::data::datasets
