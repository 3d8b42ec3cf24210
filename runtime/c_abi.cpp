#include "runtime/c_abi.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <map>
#include <mutex>
#include <new>

#include "runtime/error.h"
#include "runtime/session.h"
#include "runtime/text.h"

struct lithe_model {
    lithe::Model model;
    std::unique_ptr<lithe::ThreadPool> pool;
    std::mutex mutex;  // guards the hooks
    std::map<uint64_t, lithe::ForwardHookHandle> hooks;
    uint64_t last_hook = 0;
};

struct lithe_session {
    explicit lithe_session(const lithe::Model& model) : session(model) {}

    lithe::Session session;
    std::atomic<bool> is_running{false};  // guards what follows
    // Views of the last call: their memory is used again.
    std::vector<lithe::ConstTensorView> inputs;
    std::vector<lithe::TensorView> outputs;
};

namespace lithe {
namespace {

void copy_text(char* target, size_t capacity, std::string_view text) {
    if (capacity == 0) return;
    size_t size = std::min(text.size(), capacity - 1);
    // A character is not cut in two.
    if (size < text.size()) {
        while (size > 0 && (static_cast<uint8_t>(text[size]) & 0xC0) == 0x80) --size;
    }
    std::memcpy(target, text.data(), size);
    target[size] = '\0';
}

lithe_status report(lithe_error* error, lithe_status status, std::string_view id,
                    std::string_view text) {
    if (error == nullptr || error->struct_size < offsetof(lithe_error, text)) return status;
    error->status = status;
    copy_text(error->id, sizeof(error->id), id);
    const size_t room = std::min<size_t>(error->struct_size, sizeof(lithe_error));
    copy_text(error->text, room - offsetof(lithe_error, text), text);
    return status;
}

/// Runs `body` and turns what it throws into a status.
template <typename Body>
lithe_status guarded(lithe_error* error, const Body& body) noexcept {
    try {
        body();
        return report(error, lithe_status_ok, "", "");
    } catch (const UserError& e) {
        return report(error, lithe_status_user_error, e.id(), e.what());
    } catch (const InternalError& e) {
        return report(error, lithe_status_internal_error, e.id(), e.what());
    } catch (const std::bad_alloc&) {
        return report(error, lithe_status_out_of_memory, "memory", "out of memory [memory]");
    } catch (const std::exception& e) {
        return report(error, lithe_status_other_error, "", e.what());
    } catch (...) {
        return report(error, lithe_status_other_error, "", "an exception of unknown type");
    }
}

template <typename T>
T& required(T* pointer, std::string_view what) {
    if (pointer == nullptr) throw UserError("abi.null", concat({"c_abi: ", what, " is null"}));
    return *pointer;
}

void check_size(uint32_t given, size_t known, std::string_view what) {
    if (given >= known) return;
    throw UserError("abi.struct_size",
                    concat({"c_abi: struct_size of a ", what, " is ", std::to_string(given),
                            ", at least ", std::to_string(known), " is needed"}));
}

/// Writes a view over an old one, whose memory is used again.
template <typename View>
void read_tensor(const lithe_tensor& tensor, View& view) {
    check_size(tensor.struct_size, sizeof(lithe_tensor), "lithe_tensor");
    if (tensor.dtype < 0 || tensor.dtype >= dtype_count) {
        throw UserError("abi.dtype", concat({"c_abi: dtype ", std::to_string(tensor.dtype), " of ",
                                             std::to_string(dtype_count)}));
    }
    if (tensor.rank != 0) required(tensor.shape, "the shape of a tensor");
    view.data = tensor.data;
    view.dtype = static_cast<DType>(tensor.dtype);
    view.shape.assign(tensor.shape, tensor.shape + tensor.rank);
}

template <typename View>
void read_tensors(const lithe_tensor* tensors, size_t count, std::vector<View>& views) {
    if (count != 0) required(tensors, "the array of tensors");
    views.resize(count);
    for (size_t i = 0; i < count; ++i) read_tensor(tensors[i], views[i]);
}

std::vector<NamedTensor> read_named(const lithe_named_tensor* tensors, size_t count) {
    if (count != 0) required(tensors, "the array of tensors");
    std::vector<NamedTensor> result(count);
    for (size_t i = 0; i < count; ++i) {
        check_size(tensors[i].struct_size, sizeof(lithe_named_tensor), "lithe_named_tensor");
        result[i].name = &required(tensors[i].name, "the name of a tensor");
        read_tensor(tensors[i].tensor, result[i].tensor);
    }
    return result;
}

/// A session for the time of a call, which no other thread and no hook in it may have.
class Claimed {
public:
    explicit Claimed(lithe_session* session) : session_(required(session, "the session")) {
        if (session_.is_running.exchange(true, std::memory_order_acquire)) {
            throw UserError("session.busy",
                            "run: this session is running; every thread needs one of its own");
        }
    }
    Claimed(const Claimed&) = delete;
    Claimed& operator=(const Claimed&) = delete;
    ~Claimed() { session_.is_running.store(false, std::memory_order_release); }
    lithe_session* operator->() const { return &session_; }

private:
    lithe_session& session_;
};

lithe_tensor to_c(const ConstTensorView& view) {
    return {.struct_size = sizeof(lithe_tensor),
            .dtype = static_cast<int32_t>(view.dtype),
            .data = const_cast<void*>(view.data),
            .shape = view.shape.data(),
            .rank = view.shape.size()};
}

std::vector<lithe_tensor> to_c(std::span<const TensorView> views) {
    std::vector<lithe_tensor> tensors;
    for (const TensorView& view : views) {
        tensors.push_back(to_c(ConstTensorView(view)));
        tensors.back().shape = view.shape.data();
    }
    return tensors;
}

ForwardHook to_cpp(lithe_hook hook, void* user) {
    return [hook, user](HookContext& context) {
        const std::vector<lithe_tensor> inputs = to_c(context.inputs());
        const std::vector<lithe_tensor> outputs = to_c(context.outputs());
        const lithe_hook_call call = {.struct_size = sizeof(lithe_hook_call),
                                      .path = context.path().c_str(),
                                      .class_name = context.class_name().c_str(),
                                      .inputs = inputs.data(),
                                      .input_count = inputs.size(),
                                      .outputs = outputs.data(),
                                      .output_count = outputs.size()};
        hook(user, &call);
    };
}

using Register = ForwardHookHandle (Model::*)(std::string_view, ForwardHook, HookOptions);

void add_hook(lithe_model* model, const char* path, lithe_hook hook, void* user, uint64_t* id,
              Register add) {
    required(model, "the model");
    required(hook, "the hook");
    const ForwardHook function = to_cpp(hook, user);
    ForwardHookHandle handle =
        (model->model.*add)(&required(path, "the path"), function, HookOptions());
    const std::lock_guard lock(model->mutex);
    model->hooks.emplace(++model->last_hook, std::move(handle));
    if (id != nullptr) *id = model->last_hook;
}

StateDict listing_of(const Model& model, lithe_listing listing) {
    switch (listing) {
        case lithe_listing_parameters:
            return model.named_parameters();
        case lithe_listing_buffers:
            return model.named_buffers();
        default:
            return model.state_dict();
    }
}

}  // namespace
}  // namespace lithe

using namespace lithe;

lithe_status lithe_model_create(const lithe_artifact* artifact, const char* weights_path,
                                lithe_model** model, lithe_error* error) {
    return guarded(error, [&] {
        required(model, "the place for the model");
        *model = new lithe_model{.model = Model(required(artifact, "the artifact"),
                                                &required(weights_path, "the path"))};
    });
}

lithe_status lithe_model_create_from_tensors(const lithe_artifact* artifact,
                                             const lithe_named_tensor* tensors, size_t count,
                                             lithe_model** model, lithe_error* error) {
    return guarded(error, [&] {
        required(model, "the place for the model");
        *model = new lithe_model{
            .model = Model(required(artifact, "the artifact"), read_named(tensors, count))};
    });
}

void lithe_model_destroy(lithe_model* model) {
    if (model != nullptr) model->model.set_executor(nullptr);  // sessions may outlive the pool
    delete model;
}

lithe_status lithe_model_load_state_dict(lithe_model* model, const char* path, int strict,
                                         lithe_error* error) {
    return guarded(error, [&] {
        required(model, "the model")
            .model.load_state_dict(std::string(&required(path, "the path")),
                                   {.strict = strict != 0});
    });
}

lithe_status lithe_model_load_tensors(lithe_model* model, const lithe_named_tensor* tensors,
                                      size_t count, int strict, lithe_error* error) {
    return guarded(error, [&] {
        required(model, "the model")
            .model.load_state_dict(read_named(tensors, count), {.strict = strict != 0});
    });
}

lithe_status lithe_model_save_state_dict(const lithe_model* model, const char* path,
                                         lithe_error* error) {
    return guarded(error, [&] {
        required(model, "the model").model.save_state_dict(&required(path, "the path"));
    });
}

lithe_status lithe_model_save_with_prepared(const lithe_model* model, const char* path,
                                            lithe_error* error) {
    return guarded(error, [&] {
        required(model, "the model")
            .model.save_state_dict(&required(path, "the path"), {.with_prepared = true});
    });
}

lithe_status lithe_model_visit(const lithe_model* model, lithe_listing listing, lithe_visitor visit,
                               void* user, lithe_error* error) {
    return guarded(error, [&] {
        required(visit, "the visitor");
        const StateDict entries = listing_of(required(model, "the model").model, listing);
        for (const NamedTensor& entry : entries) {
            const lithe_named_tensor tensor = {.struct_size = sizeof(lithe_named_tensor),
                                               .name = entry.name.c_str(),
                                               .tensor = to_c(entry.tensor)};
            visit(user, &tensor);
        }
    });
}

lithe_status lithe_model_train(lithe_model* model, int on, lithe_error* error) {
    return guarded(error, [&] { required(model, "the model").model.train(on != 0); });
}

lithe_status lithe_model_set_threads(lithe_model* model, int count, lithe_error* error) {
    return guarded(error, [&] {
        required(model, "the model");
        auto pool = std::make_unique<ThreadPool>(count);
        model->model.set_executor(pool.get());
        model->pool = std::move(pool);
    });
}

lithe_status lithe_model_register_forward_pre_hook(lithe_model* model, const char* path,
                                                   lithe_hook hook, void* user, uint64_t* id,
                                                   lithe_error* error) {
    return guarded(
        error, [&] { add_hook(model, path, hook, user, id, &Model::register_forward_pre_hook); });
}

lithe_status lithe_model_register_forward_hook(lithe_model* model, const char* path,
                                               lithe_hook hook, void* user, uint64_t* id,
                                               lithe_error* error) {
    return guarded(error,
                   [&] { add_hook(model, path, hook, user, id, &Model::register_forward_hook); });
}

lithe_status lithe_model_remove_hook(lithe_model* model, uint64_t id, lithe_error* error) {
    return guarded(error, [&] {
        required(model, "the model");
        const std::lock_guard lock(model->mutex);
        const auto at = model->hooks.find(id);
        if (at == model->hooks.end()) return;
        at->second.remove();
        model->hooks.erase(at);
    });
}

lithe_status lithe_session_create(const lithe_model* model, lithe_session** session,
                                  lithe_error* error) {
    return guarded(error, [&] {
        required(session, "the place for the session");
        *session = new lithe_session(required(model, "the model").model);
    });
}

void lithe_session_destroy(lithe_session* session) { delete session; }

lithe_status lithe_session_run(lithe_session* session, const lithe_tensor* inputs,
                               size_t input_count, const lithe_tensor* outputs, size_t output_count,
                               lithe_error* error) {
    return guarded(error, [&] {
        const Claimed claimed(session);
        read_tensors(inputs, input_count, claimed->inputs);
        read_tensors(outputs, output_count, claimed->outputs);
        claimed->session.run(claimed->inputs, claimed->outputs);
    });
}

lithe_status lithe_session_output_shape(lithe_session* session, const lithe_tensor* inputs,
                                        size_t input_count, size_t index, int64_t* shape,
                                        size_t* rank, lithe_error* error) {
    return guarded(error, [&] {
        const Claimed claimed(session);
        required(rank, "the place for the rank");
        read_tensors(inputs, input_count, claimed->inputs);
        const auto shapes = claimed->session.output_shapes(claimed->inputs);
        if (index >= shapes.size()) {
            throw UserError("abi.index", concat({"c_abi: output ", std::to_string(index), " of ",
                                                 std::to_string(shapes.size())}));
        }
        const std::vector<int64_t>& result = shapes[index];
        const size_t room = *rank;
        *rank = result.size();
        if (room < result.size()) {
            throw UserError("abi.rank",
                            concat({"c_abi: room for ", std::to_string(room),
                                    " sizes, the output has ", std::to_string(result.size())}));
        }
        if (!result.empty()) required(shape, "the place for the shape");
        std::copy(result.begin(), result.end(), shape);
    });
}

lithe_status lithe_session_set_seed(lithe_session* session, uint64_t seed, lithe_error* error) {
    return guarded(error, [&] { required(session, "the session").session.set_seed(seed); });
}
