//! Linked lists (`vmstate_info_qtailq`, `vmstate_info_qlist`): 01 before each element, 00 behind the last.

use super::nested::version_or_own;
use crate::error::Result;
use crate::schema::Shape;
use crate::value::Value;
use crate::vmstate::{Codec, Describer, Loader, VmState};
use crate::wire::Writer;

macro_rules! lists {
    ($($(#[$doc:meta])* $list:ident, $name:literal;)*) => {$(
        $(#[$doc])*
        ///
        /// Elements load at version `V`, the field's, or at their own if that is 0; they are saved at their own.
        #[derive(Debug)]
        pub enum $list<const V: u32> {}

        impl<S: VmState + Default, const V: u32> Codec<Vec<S>> for $list<V> {
            const MIN_SIZE: usize = 1;
            const NESTS: bool = true;

            fn shape() -> Shape {
                Shape::List { type_name: $name.to_owned(), entry: vec![S::schema()] }
            }

            fn save(elements: &mut Vec<S>, writer: &mut Writer) -> Result<()> {
                for (index, element) in elements.iter_mut().enumerate() {
                    writer.u8(1);
                    element.save(writer, S::VERSION).map_err(|error| error.inside_index(index))?;
                }
                writer.u8(0);
                Ok(())
            }

            /// Any byte but zero announces one more element. What the list held is gone.
            fn load(elements: &mut Vec<S>, loader: &mut Loader<'_>) -> Result<()> {
                let field = loader.position();
                elements.clear();
                while loader.u8()? != 0 {
                    loader.element(field, elements.len());
                    let mut element = S::default();
                    loader.nested(&mut element, version_or_own::<S>(V)).map_err(|error| error.inside_index(elements.len()))?;
                    elements.push(element);
                }
                Ok(())
            }

            fn describe(elements: &mut Vec<S>, describer: &mut Describer) -> Result<()> {
                describer.inline($name, |describer| {
                    let (mut descriptions, mut values) = (Vec::new(), Vec::new());
                    for (index, element) in elements.iter_mut().enumerate() {
                        describer.writer().u8(1);
                        let (description, value) =
                            describer.vmsd(element, S::VERSION).map_err(|error| error.inside_index(index))?;
                        descriptions.push(description);
                        values.push(value);
                    }
                    describer.writer().u8(0);
                    Ok((descriptions, Value::List(values)))
                })
            }
        }
    )*};
}

lists! {
    /// A tail queue.
    Qtailq, "qtailq";
    /// A singly linked list, in its order.
    Qlist, "qlist";
}
