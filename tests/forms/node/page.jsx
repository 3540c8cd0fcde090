// The page in which each library shows a form, as its own documentation mounts it.
import React from "react";
import { createRoot } from "react-dom/client";
import { flushSync } from "react-dom";
import RjsfForm from "@rjsf/core";
import validator from "@rjsf/validator-ajv8";
import { JsonForms } from "@jsonforms/react";
import { vanillaCells, vanillaRenderers } from "@jsonforms/vanilla-renderers";
import * as AdaptiveCards from "adaptivecards";

let root;

function fresh() {
  root?.unmount();
  document.body.innerHTML = "<div id='here'></div>";
  window.given = undefined;
  window.failed = undefined;
  return document.getElementById("here");
}

window.showRjsf = (form, extraErrors) => {
  root = createRoot(fresh());
  const element = (
    <RjsfForm
      schema={form.schema}
      uiSchema={form.uiSchema}
      validator={validator}
      extraErrors={extraErrors}
      experimental_defaultFormStateBehavior={{ emptyObjectFields: "populateRequiredDefaults" }}
      onSubmit={({ formData }) => (window.given = formData)}
      onError={(errors) => (window.failed = errors.map((e) => e.stack))}
    />
  );
  flushSync(() => root.render(element));
};

window.showJsonForms = (form, additionalErrors) => {
  root = createRoot(fresh());
  const element = (
    <JsonForms
      schema={form.schema}
      uischema={form.uischema}
      data={form.data}
      additionalErrors={additionalErrors}
      renderers={vanillaRenderers}
      cells={vanillaCells}
      middleware={(state, action, reduce) => {
        // onChange would come later; this is each state as it comes about.
        const next = reduce(state, action);
        window.given = next.data;
        window.failed = next.errors?.map((e) => `${e.instancePath} ${e.message}`);
        return next;
      }}
    />
  );
  flushSync(() => root.render(element));
};

window.showCard = (json) => {
  const here = fresh();
  root = undefined;
  const card = new AdaptiveCards.AdaptiveCard();
  const context = new AdaptiveCards.SerializationContext();
  card.parse(json, context);
  card.onExecuteAction = (action) => (window.given = action.data ?? {});
  here.appendChild(card.render());
  card.getAllInputs().forEach((input, i) => {
    input.renderedElement.setAttribute("data-leaf", String(i));
  });
  const validation = card.validateProperties();
  return [
    ...Array.from({ length: context.eventCount }, (_, i) => context.getEventAt(i).message),
    ...validation.validationEvents.map((event) => event.message),
  ];
};
