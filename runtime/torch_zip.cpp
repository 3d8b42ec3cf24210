// The reader; the writer is in torch_zip_writer.cpp, so that a program that only loads does not
// carry it.
#include "runtime/torch_zip.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <initializer_list>
#include <map>

#include "runtime/error.h"
#include "runtime/pickle.h"
#include "runtime/strided.h"
#include "runtime/text.h"
#include "runtime/zip.h"

namespace lithe {
namespace {

using Kind = PickleValue::Kind;

static_assert(std::endian::native == std::endian::little, "files hold little-endian numbers");

constexpr int deepest_nesting = 32;
/// Copies of strided tensors may take this many times the size of the file, or `least_copy_limit`.
constexpr uint64_t copy_limit_factor = 16;
constexpr uint64_t least_copy_limit = 64 << 20;
/// The paths of all entries may take this many times the size of the pickle, or `least_path_limit`.
constexpr uint64_t path_limit_factor = 64;
constexpr uint64_t least_path_limit = 16 << 20;
constexpr size_t highest_rank = 64;  // PyTorch's own limit

[[noreturn, gnu::cold, gnu::noinline]] void fail(std::string_view where, std::string_view reason,
                                                 std::initializer_list<std::string_view> text) {
    throw UserError(concat({"torch_zip.", reason}), concat({where, concat(text)}));
}

/// "module.name" of a pickled global.
std::string global_name(const PickleValue& global) {
    std::string name(global.text);
    std::replace(name.begin(), name.end(), '\n', '.');
    return name;
}

}  // namespace

/// The code of a TorchScript archive is of no use, and often compressed.
static bool is_needed(std::string_view name) {
    const size_t folder = name.find('/');
    return folder == name.npos || !name.substr(folder).starts_with("/code/");
}

class TorchZipReader {
public:
    TorchZipReader(TorchFile& file, std::span<const std::byte> bytes, std::string_view source)
        : file_(file), bytes_(bytes), where_(concat({"torch_zip: ", quote(source), ": "})) {}

    void read(const TorchZipOptions& options) {
        open_archive(options);
        const std::span<const std::byte> data = entry("data.pkl");
        path_bytes_left_ = std::max(least_path_limit, path_limit_factor * data.size());
        copy_bytes_left_ = std::max(least_copy_limit, copy_limit_factor * bytes_.size());
        pickle_ = read_pickle(data, where_);
        walk(pickle_.root, "", 0);
        std::vector<std::string_view> names;
        for (const NamedTensor& tensor : file_.tensors_) names.push_back(tensor.name);
        for (const auto& [name, value] : file_.scalars_) names.push_back(name);
        if (const auto twice = find_duplicate(std::move(names))) {
            fail(where_, "duplicate_key", {"key ", quote(*twice), " comes twice"});
        }
    }

private:
    // The archive.

    void open_archive(const TorchZipOptions& options) {
        constexpr char legacy[] = "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19";
        if (bytes_.size() >= 14 && std::memcmp(bytes_.data(), legacy, 14) == 0) {
            fail(where_, "legacy",
                 {"the file was written with _use_new_zipfile_serialization=False or by PyTorch "
                  "before 1.6; save it again without that"});
        }
        constexpr std::string_view marker = "/data.pkl";
        for (const ZipEntry& file : read_zip(bytes_, where_, is_needed)) {
            if (options.check_crc32) check_crc32(file, where_);
            entries_.emplace(file.name, file.data);
            const size_t folder = file.name.find('/');
            if (folder != file.name.npos && file.name.substr(folder) == marker) {
                folder_ = file.name.substr(0, folder + 1);
            }
        }
        if (folder_.empty()) fail(where_, "missing_file", {"no 'data.pkl' in the archive"});
        const auto order = entries_.find(concat({folder_, "byteorder"}));
        if (order == entries_.end()) return;
        const std::string_view text(reinterpret_cast<const char*>(order->second.data()),
                                    order->second.size());
        if (text != "little") {
            fail(where_, "byte_order", {"the byte order is ", quote(text), ", not 'little'"});
        }
    }

    std::span<const std::byte> entry(std::string_view name) const {
        const auto found = entries_.find(concat({folder_, name}));
        if (found == entries_.end()) {
            fail(where_, "missing_file", {"no ", quote(name), " in the archive"});
        }
        return found->second;
    }

    // The tree of values.

    void walk(uint32_t index, const std::string& path, int depth) {
        if (depth > deepest_nesting) {
            fail(where_, "too_large",
                 {quote(path), " is nested deeper than ", decimal(deepest_nesting), " containers"});
        }
        charge(path.size() + 1);

        const PickleValue& value = pickle_[index];
        switch (value.kind) {
            case Kind::none:
                return add_scalar(path, std::monostate());
            case Kind::boolean:
                return add_scalar(path, value.number != 0);
            case Kind::integer:
                return add_scalar(path, value.number);
            case Kind::real:
                return add_scalar(path, value.real);
            case Kind::string:
                return add_scalar(path, std::string(value.text));
            case Kind::tuple:
            case Kind::list:
                for (size_t i = 0; i < value.items.size(); ++i) {
                    walk(value.items[i], join(path, decimal(static_cast<int64_t>(i))), depth + 1);
                }
                return;
            case Kind::dict:
                return walk_dict(value, path, depth);
            case Kind::call:
                return walk_call(index, path, depth);
            case Kind::global:
                fail(where_, "value",
                     {quote(path), " is the Python object ", quote(global_name(value))});
            case Kind::persistent:
                fail(where_, "value", {quote(path), " is a storage, not a tensor"});
        }
    }

    /// Pays for an entry. Containers can be shared, so the tree can be far larger than the pickle.
    void charge(uint64_t cost) {
        if (cost > path_bytes_left_) {
            fail(where_, "too_large", {"the containers expand to more entries than are read"});
        }
        path_bytes_left_ -= cost;
    }

    static std::string join(std::string_view path, std::string_view key) {
        return path.empty() ? std::string(key) : concat({path, ".", key});
    }

    void walk_dict(const PickleValue& dict, const std::string& path, int depth) {
        for (size_t i = 0; i + 1 < dict.items.size(); i += 2) {
            walk(dict.items[i + 1], join(path, key_text(dict.items[i], path)), depth + 1);
        }
    }

    std::string key_text(uint32_t index, std::string_view path) const {
        const PickleValue& key = pickle_[index];
        if (key.kind == Kind::string) return std::string(key.text);
        if (key.kind == Kind::integer) return decimal(key.number);
        fail(where_, "key", {quote(path), " has a key that is neither a string nor an integer"});
    }

    void add_scalar(const std::string& path, TorchScalar value) {
        file_.scalars_.emplace_back(path, std::move(value));
    }

    void walk_call(uint32_t index, const std::string& path, int depth) {
        const PickleValue& call = pickle_[index];
        const std::string name = global_name(pickle_[call.callee]);
        if (name == "collections.OrderedDict") {
            if (!arguments(call).empty()) {
                fail(where_, "call", {quote(path), " is an OrderedDict made with arguments"});
            }
            walk_dict(call, path, depth);
            if (call.state != PickleValue::absent) read_state(pickle_[call.state], path);
            return;
        }
        // What LibTorch saves, and a TorchScript program: objects whose attributes are the members
        // of a module. Their code is not looked at.
        const bool has_attributes =
            call.state != PickleValue::absent && pickle_[call.state].kind == Kind::dict;
        if (name.starts_with("__torch__.") && has_attributes && call.items.empty()) {
            return walk_dict(pickle_[call.state], path, depth);
        }
        if (path.empty() && call.state != PickleValue::absent) {
            fail(where_, "state",
                 {"the file holds an object of ", quote(name),
                  ", no state_dict: save what its state_dict() gives"});
        }
        if (!call.items.empty() || call.state != PickleValue::absent) {
            fail(where_, "state", {quote(path), " sets items or attributes of ", quote(name)});
        }
        if (name == "torch._utils._rebuild_tensor_v2") return add_tensor(call, path);
        if (name == "torch._utils._rebuild_parameter" && !arguments(call).empty()) {
            return walk(arguments(call)[0], path, depth + 1);
        }
        fail(where_, "call",
             {quote(path), " calls ", quote(name),
              ", which is never executed; save a state_dict of dense CPU tensors"});
    }

    const std::vector<uint32_t>& arguments(const PickleValue& call) const {
        return pickle_[call.argument].items;
    }

    /// Reads the attributes of an OrderedDict: only `_metadata`, and of that the versions.
    void read_state(const PickleValue& state, const std::string& path) {
        if (state.kind != Kind::dict)
            fail(where_, "state", {quote(path), " has attributes of a strange form"});
        for (size_t i = 0; i + 1 < state.items.size(); i += 2) {
            const std::string key = key_text(state.items[i], path);
            if (key != "_metadata")
                fail(where_, "state", {quote(path), " has the attribute ", quote(key)});
            const PickleValue& metadata = pickle_[state.items[i + 1]];
            for (size_t j = 0; j + 1 < metadata.items.size(); j += 2) {
                const std::string module = key_text(metadata.items[j], path);
                const PickleValue& facts = pickle_[metadata.items[j + 1]];
                read_version(facts, module.empty() ? path : join(path, module));
            }
        }
    }

    void read_version(const PickleValue& facts, const std::string& module) {
        charge(module.size() + facts.items.size() + 1);
        for (size_t i = 0; i + 1 < facts.items.size(); i += 2) {
            const PickleValue& value = pickle_[facts.items[i + 1]];
            if (value.kind == Kind::integer && key_text(facts.items[i], module) == "version") {
                file_.versions_.emplace_back(module, value.number);
            }
        }
    }

    // Tensors.

    /// torch._utils._rebuild_tensor_v2(storage, offset, size, stride, requires_grad,
    /// backward_hooks)
    void add_tensor(const PickleValue& call, const std::string& path) {
        const std::vector<uint32_t>& given = arguments(call);
        if (given.size() < 6) fail(where_, "tensor", {"tensor ", quote(path), " lacks arguments"});
        Strided tensor{};
        read_storage(pickle_[given[0]], path, tensor);
        tensor.offset = integer(given[1], path);
        tensor.shape = integers(given[2], path);
        tensor.strides = integers(given[3], path);
        check_bounds(tensor, path);

        const int64_t size = size_bytes(tensor.dtype, tensor.shape);
        const std::byte* data =
            tensor.storage.data() + (size > 0 ? tensor.offset * size_bytes(tensor.dtype) : 0);
        const auto address = reinterpret_cast<uintptr_t>(data);
        const bool is_aligned = address % static_cast<uintptr_t>(size_bytes(tensor.dtype)) == 0;
        if (size > 0 && (!is_aligned || !is_dense(tensor))) {
            data = copy(tensor, static_cast<uint64_t>(size), path);
        }
        file_.tensors_.push_back({path, {data, tensor.dtype, std::move(tensor.shape)}});
    }

    const std::byte* copy(const Strided& tensor, uint64_t size, std::string_view path) {
        if (size > copy_bytes_left_) {
            fail(where_, "too_large",
                 {"tensor ", quote(path), ": ", type_text(tensor.dtype, tensor.shape),
                  " repeats the ", std::to_string(tensor.storage.size()),
                  " bytes of its storage too often"});
        }
        copy_bytes_left_ -= size;
        file_.copies_.push_back(std::make_unique_for_overwrite<uint64_t[]>((size + 7) / 8));
        auto* to = reinterpret_cast<std::byte*>(file_.copies_.back().get());
        copy_dense(tensor, to);
        return to;
    }

    /// ('storage', torch.FloatStorage, key, location, number of elements)
    void read_storage(const PickleValue& value, std::string_view path, Strided& tensor) const {
        const PickleValue* id = value.kind == Kind::persistent ? &pickle_[value.argument] : nullptr;
        const bool is_good = id != nullptr && id->kind == Kind::tuple && id->items.size() == 5 &&
                             pickle_[id->items[0]].text == "storage" &&
                             pickle_[id->items[1]].kind == Kind::global &&
                             pickle_[id->items[2]].kind == Kind::string;
        if (!is_good) fail(where_, "storage", {"tensor ", quote(path), " has no storage"});

        const std::string type = global_name(pickle_[id->items[1]]);
        constexpr std::string_view prefix = "torch.";
        const std::optional<DType> dtype =
            type.starts_with(prefix) ? dtype_from_torch_storage_name(type.substr(prefix.size()))
                                     : std::nullopt;
        if (!dtype) {
            fail(where_, "dtype",
                 {"tensor ", quote(path), " has the unsupported storage ", quote(type)});
        }
        tensor.dtype = *dtype;
        const std::string name = concat({"data/", pickle_[id->items[2]].text});
        tensor.storage = entry(name);
        const std::vector<int64_t> count = {integer(id->items[4], path)};
        const std::optional<int64_t> size = checked_size_bytes(tensor.dtype, count);
        if (!size || *size != static_cast<int64_t>(tensor.storage.size())) {
            fail(where_, "storage",
                 {"tensor ", quote(path), ": its storage ", type_text(tensor.dtype, count),
                  " does not take the ", std::to_string(tensor.storage.size()), " bytes of ",
                  quote(name)});
        }
    }

    int64_t integer(uint32_t index, std::string_view path) const {
        const PickleValue& value = pickle_[index];
        if (value.kind == Kind::integer) return value.number;
        fail(where_, "tensor",
             {"tensor ", quote(path), " has a size or offset that is no integer"});
    }

    std::vector<int64_t> integers(uint32_t index, std::string_view path) const {
        std::vector<int64_t> numbers;
        if (pickle_[index].items.size() > highest_rank) {
            fail(where_, "tensor",
                 {"tensor ", quote(path), " has more than ", decimal(highest_rank), " dimensions"});
        }
        for (uint32_t item : pickle_[index].items) numbers.push_back(integer(item, path));
        return numbers;
    }

    /// Checks that all elements lie in the storage.
    void check_bounds(const Strided& tensor, std::string_view path) const {
        const std::string type = type_text(tensor.dtype, tensor.shape);
        const std::string where_in =
            concat({"tensor ", quote(path), ": ", type, " with strides ",
                    shape_text(tensor.strides), " and offset ", decimal(tensor.offset)});
        if (tensor.shape.size() != tensor.strides.size()) {
            fail(where_, "tensor", {where_in, " has not one stride a size"});
        }
        if (!is_in_bounds(tensor)) {
            fail(where_, "bounds",
                 {where_in, " goes beyond the ", decimal(storage_element_count(tensor)),
                  " elements of its storage"});
        }
    }

    TorchFile& file_;
    std::span<const std::byte> bytes_;
    std::string where_;
    std::map<std::string, std::span<const std::byte>, std::less<>> entries_;
    std::string folder_;  // with a slash at its end
    Pickle pickle_;
    uint64_t path_bytes_left_ = 0;
    uint64_t copy_bytes_left_ = 0;
};

TorchFile TorchFile::open(const std::string& path, const TorchZipOptions& options) {
    TorchFile result;
    result.file_ = MappedFile::open(path);
    TorchZipReader(result, result.file_.bytes(), path).read(options);
    return result;
}

TorchFile TorchFile::parse(std::span<const std::byte> bytes, std::string_view source,
                           const TorchZipOptions& options) {
    TorchFile result;
    TorchZipReader(result, bytes, source).read(options);
    return result;
}

}  // namespace lithe
