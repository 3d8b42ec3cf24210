#include <bit>
#include <cstring>
#include <initializer_list>
#include <map>
#include <tuple>

#include "runtime/error.h"
#include "runtime/text.h"
#include "runtime/torch_zip.h"
#include "runtime/zip.h"

namespace lithe {
namespace {

/// Appends the opcodes of pickle protocol 2, each with what it pushes or takes.
class PickleWriter {
public:
    explicit PickleWriter(std::string& bytes) : bytes_(bytes) {}

    void op(char opcode) { bytes_.push_back(opcode); }
    void global(std::string_view module_and_name) {
        bytes_.append("c").append(module_and_name).append("\n");
    }
    void string(std::string_view text) {
        op('X');
        little_endian(text.size(), 4);
        bytes_.append(text);
    }
    void integer(int64_t number) {
        if (number >= 0 && number < 0x100) {
            op('K');
            little_endian(static_cast<uint64_t>(number), 1);
        } else if (number >= 0 && number < 0x10000) {
            op('M');
            little_endian(static_cast<uint64_t>(number), 2);
        } else if (number >= INT32_MIN && number <= INT32_MAX) {
            op('J');
            little_endian(static_cast<uint64_t>(number), 4);
        } else {
            op('\x8a');
            little_endian(8, 1);
            little_endian(static_cast<uint64_t>(number), 8);
        }
    }
    void integers(std::span<const int64_t> numbers) {
        op('(');
        for (int64_t number : numbers) integer(number);
        op('t');
    }
    void boolean(bool value) { op(value ? '\x88' : '\x89'); }
    void real(double number) {
        op('G');
        const uint64_t bits = __builtin_bswap64(std::bit_cast<uint64_t>(number));
        little_endian(bits, 8);
    }
    /// OrderedDict()
    void ordered_dict() {
        global("collections\nOrderedDict");
        op(')');
        op('R');
    }

private:
    void little_endian(uint64_t number, size_t size) {
        bytes_.append(reinterpret_cast<const char*>(&number), size);
    }

    std::string& bytes_;
};

/// A tensor's data in the archive.
struct Storage {
    std::string name;
    std::span<const std::byte> data;
};

class TorchZipWriter {
public:
    TorchZipWriter(std::span<const NamedTensor> tensors, const ModuleVersions& versions) {
        check_keys(tensors, versions);
        PickleWriter out(pickle_);
        out.op('\x80');
        out.op('\x02');
        out.ordered_dict();
        out.op('(');
        for (const NamedTensor& tensor : tensors) {
            out.string(tensor.name);
            write_tensor(out, tensor.tensor);
        }
        out.op('u');
        if (!versions.empty()) write_versions(out, versions);
        close(out);
    }
    explicit TorchZipWriter(const TorchTree& tree) {
        PickleWriter out(pickle_);
        out.op('\x80');
        out.op('\x02');
        write_tree(out, tree);
        close(out);
    }
    TorchZipWriter(const TorchZipWriter&) = delete;
    TorchZipWriter& operator=(const TorchZipWriter&) = delete;

    std::vector<std::span<const std::byte>> pieces() { return zip_.finish(); }

private:
    static std::span<const std::byte> as_bytes(std::string_view text) {
        return std::as_bytes(std::span(text));
    }

    /// Ends the pickle and fills the archive, in the order and with the names of PyTorch.
    void close(PickleWriter& out) {
        out.op('.');
        zip_.add("archive/data.pkl", as_bytes(pickle_));
        zip_.add("archive/byteorder", as_bytes("little"));
        for (const Storage& storage : storages_) zip_.add(storage.name, storage.data);
        zip_.add("archive/version", as_bytes("3\n"));
    }

    void write_tree(PickleWriter& out, const TorchTree& tree) {
        switch (tree.kind) {
            case TorchTree::Kind::scalar:
                return write_scalar(out, tree.value);
            case TorchTree::Kind::tensor:
                return write_tensor(out, tree.tensor);
            case TorchTree::Kind::tuple:
                out.op('(');
                for (const TorchTree& item : tree.items) write_tree(out, item);
                return out.op('t');
            case TorchTree::Kind::list:
                out.op(']');
                out.op('(');
                for (const TorchTree& item : tree.items) write_tree(out, item);
                return out.op('e');
            case TorchTree::Kind::dict:
                break;
        }
        out.op('}');
        out.op('(');
        for (size_t i = 0; i < tree.items.size(); ++i) {
            std::visit([&](const auto& key) { write_scalar(out, key); }, tree.keys[i]);
            write_tree(out, tree.items[i]);
        }
        out.op('u');
    }

    static void write_scalar(PickleWriter& out, const TorchScalar& scalar) {
        if (const auto* flag = std::get_if<bool>(&scalar)) return out.boolean(*flag);
        if (const auto* integer = std::get_if<int64_t>(&scalar)) return out.integer(*integer);
        if (const auto* real = std::get_if<double>(&scalar)) return out.real(*real);
        const auto* text = std::get_if<std::string>(&scalar);
        if (!text) return out.op('N');
        check_key(*text);
        out.string(*text);
    }

    static void check_key(std::string_view key) {
        if (is_utf8(key)) return;
        throw UserError("torch_zip.key", concat({"torch_zip: key ", quote(key), " is not UTF-8"}));
    }

    static void check_keys(std::span<const NamedTensor> tensors, const ModuleVersions& versions) {
        std::vector<std::string_view> names;
        for (const NamedTensor& tensor : tensors) {
            check_key(tensor.name);
            names.push_back(tensor.name);
        }
        for (const auto& [path, version] : versions) check_key(path);
        if (const auto twice = find_duplicate(std::move(names))) {
            throw UserError("torch_zip.duplicate_key",
                            concat({"torch_zip: key ", quote(*twice), " comes twice"}));
        }
    }

    /// _rebuild_tensor_v2(('storage', type, key, 'cpu', count), 0, shape, strides, False,
    /// OrderedDict())
    void write_tensor(PickleWriter& out, const ConstTensorView& tensor) {
        const int64_t size = size_bytes(tensor);
        out.global("torch._utils\n_rebuild_tensor_v2");
        out.op('(');
        out.op('(');
        out.string("storage");
        out.global(concat({"torch\n", torch_storage_name(tensor.dtype)}));
        out.string(decimal(static_cast<int64_t>(storage_index(tensor, size))));
        out.string("cpu");
        out.integer(size / size_bytes(tensor.dtype));
        out.op('t');
        out.op('Q');
        out.integer(0);
        out.integers(tensor.shape);
        out.integers(dense_strides(tensor.shape));
        out.op('\x89');
        out.ordered_dict();
        out.op('t');
        out.op('R');
    }

    static std::vector<int64_t> dense_strides(std::span<const int64_t> shape) {
        std::vector<int64_t> strides(shape.size());
        int64_t step = 1;
        for (size_t axis = shape.size(); axis-- > 0;) {
            strides[axis] = step;
            step *= shape[axis] > 0 ? shape[axis] : 1;
        }
        return strides;
    }

    size_t storage_index(const ConstTensorView& tensor, int64_t size) {
        const size_t next = storages_.size();
        if (size > 0) {
            const auto [found, is_new] =
                by_address_.emplace(std::tuple(tensor.data, tensor.dtype, size), next);
            if (!is_new) return found->second;
        }
        storages_.push_back(
            {concat({"archive/data/", decimal(static_cast<int64_t>(next))}),
             {static_cast<const std::byte*>(tensor.data), static_cast<size_t>(size)}});
        return next;
    }

    /// The attribute `_metadata` of the OrderedDict that is on top of the stack.
    static void write_versions(PickleWriter& out, const ModuleVersions& versions) {
        out.op('}');
        out.string("_metadata");
        out.ordered_dict();
        out.op('(');
        for (const auto& [path, version] : versions) {
            out.string(path);
            out.op('}');
            out.string("version");
            out.integer(version);
            out.op('s');
        }
        out.op('u');
        out.op('s');
        out.op('b');
    }

    std::string pickle_;
    std::vector<Storage> storages_;
    std::map<std::tuple<const void*, DType, int64_t>, size_t> by_address_;
    ZipWriter zip_;
};

}  // namespace

namespace {

std::vector<std::byte> joined(TorchZipWriter& writer) {
    std::vector<std::byte> bytes;
    for (std::span<const std::byte> piece : writer.pieces()) {
        bytes.insert(bytes.end(), piece.begin(), piece.end());
    }
    return bytes;
}

}  // namespace

TorchTree& TorchTree::add(TorchTree item) {
    items.push_back(std::move(item));
    return items.back();
}

TorchTree& TorchTree::add(Key key, TorchTree item) {
    keys.push_back(std::move(key));
    return add(std::move(item));
}

std::vector<std::byte> torch_zip_bytes(std::span<const NamedTensor> tensors,
                                       const ModuleVersions& versions) {
    TorchZipWriter writer(tensors, versions);
    return joined(writer);
}

std::vector<std::byte> torch_zip_bytes(const TorchTree& tree) {
    TorchZipWriter writer(tree);
    return joined(writer);
}

void save_torch_zip(const std::string& path, const TorchTree& tree) {
    write_file(path, TorchZipWriter(tree).pieces());
}

void save_torch_zip(const std::string& path, std::span<const NamedTensor> tensors,
                    const ModuleVersions& versions) {
    write_file(path, TorchZipWriter(tensors, versions).pieces());
}

}  // namespace lithe
